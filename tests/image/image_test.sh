#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The reluserve authors
#
# Builds the image from docker/Dockerfile on a Debian base made here, runs it as a hardened container,
# and checks it from outside. Usage, from the top of the repository, as root:
#
#   tests/image/image_test.sh RELUCTL [12|13] [--with-tests] [--model-limits MODEL.onnx]
#
# RELUCTL is a reluctl built for the host. With --with-tests the whole test suite runs in the image's
# test stage first. With --model-limits the container also serves that model for a minute to 16 callers
# at a time, within its limits. Needs debootstrap, buildah, podman, runc.

set -euo pipefail

reluctl=$1
debian=${2:-12}
shift $(($# < 2 ? $# : 2))
with_tests=
limited_model=
while (($#)); do
  case $1 in
    --with-tests) with_tests=1 ;;
    --model-limits) limited_model=${2:?--model-limits needs an ONNX file}; shift ;;
    *) echo "image_test: unknown argument \"$1\"" >&2; exit 2 ;;
  esac
  shift
done
case $debian in
  12) suite=bookworm ;;
  13) suite=trixie ;;
  *) echo "image_test: unknown Debian \"$debian\", expected 12 or 13" >&2; exit 2 ;;
esac

readonly base=localhost/reluserve-base:$debian
readonly image=localhost/reluserve:debian$debian
readonly port=$((20000 + RANDOM % 10000))
readonly http_port=$((30000 + RANDOM % 2000))
readonly max_added_mb=100
export RELUCTL_SERVER=127.0.0.1:$port

passed=0
failed=0
scratch=$(mktemp -d)
container=

# Limits that a host without every privilege can set too.
export CONTAINERS_CONF=$scratch/containers.conf
cat >"$CONTAINERS_CONF" <<'CONF'
[containers]
default_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]
[engine]
runtime = "runc"
CONF

cleanup() {
  [[ -n $container ]] && podman rm --force --time 0 "$container" >/dev/null 2>&1
  rm -rf "$scratch"
}
trap cleanup EXIT

say() { printf '\n==> %s\n' "$*" >&2; }

# check DESCRIPTION COMMAND...: one case; what the command prints is shown when it fails.
check() {
  local description=$1
  shift
  if "$@" >"$scratch/output" 2>&1; then
    passed=$((passed + 1))
    printf '  ok    %s\n' "$description"
  else
    failed=$((failed + 1))
    printf '  FAIL  %s\n' "$description"
    sed 's/^/        /' "$scratch/output" | head -40
    [[ -z $container ]] || podman logs --tail 20 "$container" 2>&1 | sed 's/^/        log: /'
  fi
}

make_base() {
  podman image exists "$base" && return
  say "Making a Debian $debian base by debootstrap"
  debootstrap --variant=minbase "$suite" "$scratch/base" >"$scratch/debootstrap.log" 2>&1 ||
    { tail -20 "$scratch/debootstrap.log" >&2; return 1; }
  tar -C "$scratch/base" -c . | podman import --quiet - "$base" >/dev/null
  rm -rf "$scratch/base"
}

# build_image TARGET-ARGS...: compiled objects are kept between runs where ccache keeps the host's.
build_image() {
  local cache
  cache=$(ccache --get-config cache_dir)
  mkdir -p "$cache"
  buildah bud --layers --isolation chroot --format docker --build-arg "DEBIAN=$base" \
    --volume "$cache:/root/.cache/ccache" -f docker/Dockerfile "$@" .
}

# start ARGS...: a container of the image, without any privilege: no capability, a user that nobody
# knows, nothing writable, one CPU, 512 MB.
start() {
  container=$(podman run --detach \
    --publish "127.0.0.1:$port:8001" --publish "127.0.0.1:$http_port:8000" \
    --read-only --cap-drop all --security-opt no-new-privileges --user 12345:23456 --cpus 1 --memory 512m --no-healthcheck "$@")
}

# Kubernetes' own manifest, as far as podman plays it: one replica, without the volume of a cluster.
plays_kubernetes_manifest() {
  sed -e "s#image: reluserve:latest#image: $image#" -e 's/replicas: 2/replicas: 1/' \
    -e "s#containerPort: 8001#containerPort: 8001\n              hostPort: $port#" \
    docker/kubernetes/base/deployment.yaml >"$scratch/deployment.yaml"
  podman kube play "$scratch/deployment.yaml"
  container=$(podman ps --quiet --filter "ancestor=$image" | head -1)
  wait_until_serving
}

stop() {
  podman rm --force --time 0 "$container" >/dev/null
  container=
}

# wait_until_serving [TENTHS-OF-A-SECOND]
wait_until_serving() {
  local _
  for _ in $(seq "${1:-300}"); do
    "$reluctl" health >/dev/null 2>&1 && return
    [[ $(podman inspect --format '{{.State.Running}}' "$container") == true ]] || return 1
    sleep 0.1
  done
  return 1
}

megabytes() { echo $(($(podman image inspect --format '{{.Size}}' "$1") / 1000000)); }

added_size_is_small() {
  local of_base of_image
  of_base=$(megabytes "$base")
  of_image=$(megabytes "$image")
  printf '        base %d MB, image %d MB, added %d MB\n' "$of_base" "$of_image" $((of_image - of_base)) | tee "$scratch/sizes"
  ((of_image - of_base < max_added_mb))
}

infer_reports_sparsity() {
  "$reluctl" --output json infer digits client/samples/*.png --truth-from-name >"$scratch/infer.json"
  python3 - "$scratch/infer.json" <<'PYTHON'
import json, sys
requests = json.load(open(sys.argv[1]))["requests"]
assert len(requests) == 10, len(requests)
for request in requests:
    assert request["classifications"][0][0]["label"] == request["truth"], request
    assert any(0 < layer["inactive"] < layer["elements"] for layer in request["layers"]), request
PYTHON
}

# The ten images that were just classified, in the counters of a layer.
metrics_count_what_was_asked() {
  python3 - "http://127.0.0.1:$http_port" <<'PYTHON'
import re, sys, urllib.request
text = urllib.request.urlopen(sys.argv[1] + "/metrics", timeout=10).read().decode()
done = re.findall(r'^reluserve_requests_total{[^}]*reason="computed"[^}]*} (\d+)', text, re.M)
assert sum(map(int, done)) == 10, done
assert "<title>" in urllib.request.urlopen(sys.argv[1] + "/", timeout=10).read().decode()
PYTHON
}

# Not by a pipe: podman fails where grep has seen enough.
log_says() {
  podman logs "$container" >"$scratch/container.log" 2>&1
  grep -q -- "$1" "$scratch/container.log"
}

exits_with_zero_on_sigterm() {
  podman kill --signal TERM "$container" >/dev/null
  local code
  code=$(timeout 60 podman wait "$container")
  [[ $code == 0 ]] || { echo "exit code $code"; return 1; }
}

models_are() {
  local names
  names=$("$reluctl" --output json models | python3 -c '
import json, sys
print(*sorted(model["name"] for model in json.load(sys.stdin)["models"]))')
  [[ $names == "$*" ]] || { echo "models: $names, expected: $*"; return 1; }
}

# cgroup_value FILE NAME CONTROLLER: of the container's control group, of version 2 or 1; NAME is '' where
# the file is one number.
cgroup_value() {
  local path file
  path=$(podman inspect --format '{{.State.CgroupPath}}' "$container")
  for file in "/sys/fs/cgroup$path/$1" "/sys/fs/cgroup/$3$path/$1"; do
    if [[ -r $file ]]; then awk -v name="$2" 'name == "" {print $1} $1 == name {print $2}' "$file"; fi
  done
}

# For how long the container was held back for having used up its CPU, in milliseconds.
throttled_ms() {
  local microseconds nanoseconds
  microseconds=$(cgroup_value cpu.stat throttled_usec cpu)
  nanoseconds=$(cgroup_value cpu.stat throttled_time cpu)
  [[ -n $microseconds$nanoseconds ]] || { echo "the control group does not tell of throttling" >&2; return 1; }
  echo $((${microseconds:-0} / 1000 + ${nanoseconds:-0} / 1000000))
}

peak_mb() {
  local bytes
  bytes=$(cgroup_value memory.peak '' memory)$(cgroup_value memory.max_usage_in_bytes '' memory)
  [[ -z $bytes ]] || echo "$((bytes / 1000000)) MB"
}

# A minute of 16 callers: every request is answered, and the container is throttled for less than 5 %.
serves_within_limits() {
  local begin before after wall
  begin=$(date +%s%3N)
  before=$(throttled_ms) || return 1
  "$reluctl" load "$1" --concurrency 16 --duration 60s --slo errors=0 --quiet >"$scratch/load" || {
    cat "$scratch/load"
    return 1
  }
  after=$(throttled_ms) || return 1
  wall=$(($(date +%s%3N) - begin))
  {
    sed 's/^/        /' "$scratch/load" | head -2
    printf '        throttled for %d of %d ms, peak memory %s of 512 MiB\n' \
      $((after - before)) "$wall" "$(peak_mb)"
  } | tee "$scratch/limits"
  (((after - before) * 20 < wall))
}

was_not_out_of_memory() {
  [[ $(podman inspect --format '{{.State.Running}} {{.State.OOMKilled}}' "$container") == "true false" ]] &&
    ! log_says 'bad_alloc\|[Oo]ut of memory'
}

make_base
if [[ -n $with_tests ]]; then
  say "Building the test stage and running the tests in it (Debian $debian)"
  check "the tests pass in the image's build stage" build_image --target test
fi
say "Building the image (Debian $debian)"
build_image --tag "$image" >"$scratch/build.log" 2>&1 || { tail -40 "$scratch/build.log" >&2; exit 1; }

say "Checking the image"
check "it adds less than $max_added_mb MB to its base" added_size_is_small
cat "$scratch/sizes"

start "$image"
check "the built-in model serves, unprivileged and read-only" wait_until_serving
check "predictions are right and come with sparsity" infer_reports_sparsity
check "its metrics and its dashboard are there" metrics_count_what_was_asked
check "the CPU limit is seen" log_says 'cpus granted=1 '
check "the health check inside the container passes" podman exec "$container" /usr/local/bin/reluctl health
check "SIGTERM ends it with exit code 0" exits_with_zero_on_sigterm
stop

mkdir -p "$scratch/models/mine/1"
cp server/builtin/digits.onnx "$scratch/models/mine/1/model.onnx"
chmod -R a+rX "$scratch"
start --volume "$scratch/models:/models:ro" --env RELUSERVE_LOG_LEVEL=debug "$image"
check "a mounted repository serves" wait_until_serving
check "only the repository's model is there" models_are mine
"$reluctl" infer mine --random >/dev/null
check "an environment variable is a flag" log_says 'method=ModelInfer\|method=Predict'
stop

if [[ -n $limited_model ]]; then
  name=$(basename "$limited_model" .onnx)
  mkdir -p "$scratch/limited/$name/1"
  cp "$limited_model" "$scratch/limited/$name/1/model.onnx"
  chmod -R a+rX "$scratch"
  start --volume "$scratch/limited:/models:ro" "$image"
  check "$name loads within 1 CPU and 512 MiB" wait_until_serving 3000
  check "$name serves 16 callers for a minute, throttled for less than 5 % of it" serves_within_limits "$name"
  if [[ -r $scratch/limits ]]; then cat "$scratch/limits"; fi
  check "it was not short of memory" was_not_out_of_memory
  check "SIGTERM ends it with exit code 0" exits_with_zero_on_sigterm
  stop
fi

start "$image" --lanes nonsense
check "a bad flag ends it with exit code 2" [ "$(timeout 60 podman wait "$container")" = 2 ]
stop

check "the Kubernetes manifest starts and serves" plays_kubernetes_manifest
podman kube down "$scratch/deployment.yaml" >/dev/null 2>&1
container=

printf '\n%d passed, %d failed\n' "$passed" "$failed"
((failed == 0))
