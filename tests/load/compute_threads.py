#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The reluserve authors
"""How many threads compute, by what the server is granted: two CPUs by its affinity mask, and one by the
quota of a control group made for this (version 1 or 2; needs root). Each server is put under load, and
its lanes' threads, which are named so and whose OpenMP teams inherit the name, are counted while it runs.

The model has to be large enough for its layers to be shared among threads.

usage: compute_threads.py SERVER RELUCTL MODEL.onnx
"""

import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

CGROUPS = Path("/sys/fs/cgroup")
PERIOD_US = 100_000


class Unavailable(Exception):
    """This machine cannot be asked that."""


class QuotaGroup:
    """A control group with a quota of one CPU; gone with the context."""

    def __init__(self):
        if os.geteuid() != 0:
            raise Unavailable("making a control group needs root")
        version2 = (CGROUPS / "cgroup.controllers").exists()
        self.path = (CGROUPS if version2 else CGROUPS / "cpu") / f"reluserve-test-{os.getpid()}"
        quota = {"cpu.max": f"{PERIOD_US} {PERIOD_US}"} if version2 else {
            "cpu.cfs_period_us": str(PERIOD_US), "cpu.cfs_quota_us": str(PERIOD_US)}
        try:
            self.path.mkdir()
            for name, value in quota.items():
                (self.path / name).write_text(value, encoding="ascii")
        except OSError as error:
            if self.path.exists():
                self.path.rmdir()
            raise Unavailable(f"no control group with a CPU quota can be made: {error}") from error

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.path.rmdir()

    def enter(self):
        (self.path / "cgroup.procs").write_text(str(os.getpid()), encoding="ascii")


def lane_threads(pid):
    """The names of the lanes' threads, and how many of them run or want to at this moment."""
    names, running = [], 0
    for task in Path(f"/proc/{pid}/task").iterdir():
        try:
            name, state = re.match(r"\d+ \((.*)\) (\w)", (task / "stat").read_text()).groups()
        except (OSError, AttributeError):
            continue
        if name.startswith("lane-"):
            names.append(name)
            running += state == "R"
    return names, running


def wait_for(log, pattern, process):
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        found = re.search(pattern, Path(log).read_text(encoding="utf-8"))
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError(f"the log has no {pattern!r}:\n{Path(log).read_text(encoding='utf-8')}")


def check(server, reluctl, model, cpus, before_start):
    with tempfile.NamedTemporaryFile("w+", suffix=".log") as log:
        process = subprocess.Popen([server, "--grpc-address", "127.0.0.1:0", "--http-address", "off",
                                    "--model-repository", model, "--model-name", "network"],
                                   stderr=log, preexec_fn=before_start)
        try:
            grant = wait_for(log.name, r"cpus granted=(\d+) .*lanes=(\d+) threads_per_lane=(\d+)", process)
            port = wait_for(log.name, r"grpc_listening .*port=(\d+)", process).group(1)
            granted, lanes, threads = map(int, grant.groups())
            load = subprocess.Popen([reluctl, "load", "network", "--server", f"127.0.0.1:{port}", "-c", "8",
                                     "--batch", "4", "-d", "3s", "-q"], stdout=subprocess.DEVNULL)
            most, most_running = 0, 0
            while load.poll() is None:
                names, running = lane_threads(process.pid)
                most, most_running = max(most, len(names)), max(most_running, running)
                time.sleep(0.002)
            assert load.returncode == 0, f"the load ended with {load.returncode}"
        finally:
            process.terminate()
            process.wait(timeout=60)
    assert granted == cpus, f"{granted} CPUs were found, expected {cpus}"
    assert lanes * threads <= cpus, f"{lanes} lanes of {threads} threads on {cpus} CPUs"
    assert 1 <= most_running <= most == cpus, f"{most} threads compute, expected {cpus}"
    return f"{lanes} lanes of {threads} threads; {most} threads compute, {most_running} at once"


def two_by_affinity(server, reluctl, model):
    available = sorted(os.sched_getaffinity(0))
    if len(available) < 2:
        raise Unavailable("this process has one CPU")
    return check(server, reluctl, model, 2, lambda: os.sched_setaffinity(0, available[:2]))


def one_by_quota(server, reluctl, model):
    with QuotaGroup() as group:
        return check(server, reluctl, model, 1, group.enter)


def main():
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    counts = {"passed": 0, "failed": 0, "skipped": 0}
    for name, case in (("2 CPUs by affinity", two_by_affinity), ("1 CPU by quota", one_by_quota)):
        try:
            outcome, text = "passed", case(*sys.argv[1:])
        except Unavailable as reason:
            outcome, text = "skipped", str(reason)
        except AssertionError as error:
            outcome, text = "failed", str(error)
        counts[outcome] += 1
        print(f"{outcome:8} {name}: {text}", flush=True)
    print(", ".join(f"{count} {outcome}" for outcome, count in counts.items()))
    return 1 if counts["failed"] else 0


if __name__ == "__main__":
    sys.exit(main())
