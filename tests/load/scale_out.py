#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The reluserve authors
"""Three replicas under open-loop load while one is killed and started again and another drained.

Once behind reluctl's own round robin and once behind nginx as gRPC proxy. With retries no request may
fail, and while replicas are healthy each takes an even share, within 10 %.

usage: scale_out.py RELUSERVE RELUCTL [--rate R] [--phase SECONDS]
"""

import argparse
import json
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PATIENCE_S = 60
EVEN_WITHIN = 0.10
# gRPC itself answers CANCELLED to a call that arrives over an open connection, as a proxy has them, in the
# moment in which the server shuts down.
RETRIED = "UNAVAILABLE,CANCELLED"


def free_ports(count):
    """Ports nobody listens on; held until all are known, so that they differ."""
    sockets = [socket.socket() for _ in range(count)]
    for each in sockets:
        each.bind(("127.0.0.1", 0))
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


class Replica:
    """One server on a port of its own, which it keeps when it is started again."""

    def __init__(self, binary, port, log):
        self.binary, self.port, self.log, self.process = binary, port, log, None

    @property
    def address(self):
        return f"127.0.0.1:{self.port}"

    def start(self):
        with open(self.log, "ab") as log:
            begin = log.tell()
            self.process = subprocess.Popen(
                [self.binary, "--grpc-address", self.address, *self.without_http()], stderr=log,
                stdout=log)
        deadline = time.monotonic() + PATIENCE_S
        while b"grpc_listening" not in Path(self.log).read_bytes()[begin:]:
            if self.process.poll() is not None or time.monotonic() > deadline:
                sys.exit(f"replica {self.address} did not start: {Path(self.log).read_text()}")
            time.sleep(0.05)

    def without_http(self):
        """Three replicas cannot share a default port."""
        text = subprocess.run([self.binary, "--help"], capture_output=True, text=True).stdout
        return ["--http-address", "off"] if "--http-address" in text else []

    def stop(self, with_signal):
        self.process.send_signal(with_signal)
        return self.process.wait(PATIENCE_S)


class Nginx:
    """nginx as a gRPC proxy in front of the replicas, all of its files in one directory."""

    def __init__(self, directory, port, replicas):
        self.directory, self.replicas = directory, replicas
        servers = "\n".join(
            f"      server {each.address} max_fails=1 fail_timeout=1s;" for each in replicas)
        (directory / "nginx.conf").write_text(f"""
worker_processes 1;
daemon off;
pid {directory}/nginx.pid;
error_log {directory}/error.log;
events {{ worker_connections 1024; }}
http {{
  log_format upstream "$upstream_addr";
  access_log {directory}/access.log upstream;
  client_body_temp_path {directory}/body;
  proxy_temp_path {directory}/proxy;
  fastcgi_temp_path {directory}/fastcgi;
  uwsgi_temp_path {directory}/uwsgi;
  scgi_temp_path {directory}/scgi;
  upstream replicas {{
{servers}
      keepalive 32;
  }}
  server {{
    listen 127.0.0.1:{port} http2;
    keepalive_requests 100000000;
    client_max_body_size 0;
    location / {{
      grpc_pass grpc://replicas;
      # A replica that is gone is not the caller's trouble.
      grpc_next_upstream error timeout http_502 http_503 non_idempotent;
      grpc_next_upstream_tries 3;
    }}
  }}
}}
""")
        self.process = subprocess.Popen(
            ["nginx", "-c", directory / "nginx.conf", "-p", directory, "-e",
             directory / "error.log"])
        deadline = time.monotonic() + PATIENCE_S
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                return
            except OSError:
                if self.process.poll() is not None or time.monotonic() > deadline:
                    sys.exit("nginx did not start: " + (directory / "error.log").read_text())
                time.sleep(0.05)

    def answers_by_replica(self):
        """How many requests each replica has answered so far, by nginx's log."""
        # The last of several is the one that answered.
        lines = (self.directory / "access.log").read_text().splitlines()
        last = [line.split(", ")[-1] for line in lines]
        return [last.count(each.address) for each in self.replicas]

    def stop(self):
        self.process.terminate()
        self.process.wait(PATIENCE_S)


def load(endpoints, seconds, rate):
    """Starts open-loop load; the result is read by finish()."""
    command = [ARGUMENTS.reluctl, "load", "digits", "--rate", str(rate), "--duration", f"{seconds}s",
               "--warmup", "1s", "--arrivals", "constant", "--retries", "8", "--retry-backoff",
               "20ms", "--retry-on", RETRIED, "--slo", "errors=0", "--timeout", "30", "-q", "-o", "json"]
    for endpoint in endpoints:
        command += ["-e", endpoint]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def finish(process):
    output, _ = process.communicate(timeout=600)
    if not output:
        sys.exit("reluctl load gave no result")
    return json.loads(output)["stages"][0]


class Checks:
    def __init__(self):
        self.passed = self.failed = 0

    def check(self, what, right, detail):
        self.passed, self.failed = self.passed + bool(right), self.failed + (not right)
        print(f"{'ok    ' if right else 'FAILED'} {what}: {detail}", flush=True)


def disturb(replicas, phase):
    """Kills and restarts one replica, then drains another and brings it back, a phase apart."""
    time.sleep(phase)
    replicas[0].stop(signal.SIGKILL)
    time.sleep(phase)
    replicas[0].start()
    time.sleep(phase)
    code = replicas[1].stop(signal.SIGTERM)
    time.sleep(phase)
    replicas[1].start()
    return code


def under_disturbance(name, endpoints, replicas, checks):
    phase, rate = ARGUMENTS.phase, ARGUMENTS.rate
    process = load(endpoints, 6 * phase, rate)
    time.sleep(1)
    drained = disturb(replicas, phase)
    stage = finish(process)
    requests = stage["requests"]
    checks.check(f"{name}: no request failed through kill, restart and drain",
                 requests["failed"] == 0 and requests["ok"] == 6 * phase * rate,
                 f"{requests['ok']} ok, {requests['failed']} failed {requests['errors']}, "
                 f"{requests['retries']} retries, p99 {requests['latency']['p99_ns'] / 1e6:.1f} ms")
    for code, message in stage["first_messages"].items():
        print(f"       first {code}: {message}")
    checks.check(f"{name}: the drained replica ended with 0", drained == 0, f"exit code {drained}")


def check_even(name, shares, checks):
    mean = sum(shares) / len(shares)
    worst = max(abs(share - mean) for share in shares) / mean if mean else 1
    checks.check(f"{name}: healthy replicas share the load within {EVEN_WITHIN:.0%}",
                 worst <= EVEN_WITHIN, f"{shares}, {worst:.1%} off at most")


def main():
    checks = Checks()
    directory = Path(tempfile.mkdtemp(prefix="reluserve-scale-out-"))
    ports = free_ports(4)
    replicas = [Replica(ARGUMENTS.reluserve, port, directory / f"{port}.log")
                for port in ports[:3]]
    nginx = None
    try:
        for replica in replicas:
            replica.start()
        addresses = [replica.address for replica in replicas]
        under_disturbance("round robin", addresses, replicas, checks)
        stage = finish(load(addresses, 2 * ARGUMENTS.phase, ARGUMENTS.rate))
        check_even("round robin", [each["ok"] for each in stage["by_endpoint"]], checks)

        nginx = Nginx(directory, ports[3], replicas)
        proxy = [f"127.0.0.1:{ports[3]}"]
        under_disturbance("nginx", proxy, replicas, checks)
        before = nginx.answers_by_replica()
        finish(load(proxy, 2 * ARGUMENTS.phase, ARGUMENTS.rate))
        after = nginx.answers_by_replica()
        check_even("nginx", [b - a for a, b in zip(before, after)], checks)
    finally:
        if nginx:
            nginx.stop()
        for replica in replicas:
            if replica.process and replica.process.poll() is None:
                replica.stop(signal.SIGKILL)
        shutil.rmtree(directory, ignore_errors=True)
    print(f"{checks.passed} passed, {checks.failed} failed")
    return 1 if checks.failed else 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("reluserve")
    parser.add_argument("reluctl")
    parser.add_argument("--rate", type=int, default=100)
    parser.add_argument("--phase", type=int, default=4)
    ARGUMENTS = parser.parse_args()
    sys.exit(main())
