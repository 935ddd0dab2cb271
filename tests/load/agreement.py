#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The reluserve authors
"""What reluctl load, ghz and perf_analyzer measure on one server, side by side, and what they cost.

The server computes nothing: it answers after times that are known, so that the tools are compared and not
how busy each of them keeps the machine that a server would have to compute on. Each runs the same closed
loop several times, in turns, so that a machine that gets busier or calmer does so for all of them; the median
of each figure is compared with reluctl's. Then each sends at a fixed rate, to show what CPU it takes.

usage: agreement.py SCHEDULED_SERVER RELUCTL GHZ PERF_ANALYZER [--concurrency N] [--seconds S] [--rounds R] [--rate N]
"""

import argparse
import contextlib
import csv
import glob
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

THROUGHPUT_WITHIN = 0.05
LATENCY_WITHIN = 0.10
# Of every 25 answers one is slow, so that p50 is the usual time and p99 the slow one.
USUAL_MS, SLOW_MS, SLOW_EVERY = 20, 50, 25
ROOT = Path(__file__).resolve().parents[2]
REFERENCE = "reluctl load"


class Figures:
    """What a tool reported, and the CPUs it took while it ran."""

    def __init__(self, per_second, p50_ms, p99_ms, cpus):
        self.per_second, self.p50_ms, self.p99_ms, self.cpus = per_second, p50_ms, p99_ms, cpus


def run(command, **options):
    """What it printed, and the CPUs that it took."""
    before, begin = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    result = subprocess.run(command, capture_output=True, text=True, timeout=600, **options)
    after, end = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    if result.returncode != 0:
        raise RuntimeError(f"{command[0]}: {(result.stderr or result.stdout).strip()[-400:]}")
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return result.stdout, cpu / (end - begin)


def workers(rate):
    """Threads of tools in which each waits for its answer: twice what the rate keeps busy."""
    return rate * 2 * USUAL_MS // 1000


def with_reluctl(arguments, rate):
    load = ["-r", str(rate), "--arrivals", "constant"] if rate else ["-c", str(arguments.concurrency)]
    output, cpus = run([arguments.reluctl, "load", "scheduled", "--server", arguments.address, *load,
                        "-d", f"{arguments.seconds}s", "--warmup", "1s", "-q", "-o", "json"])
    stage = json.loads(output)["stages"][0]
    latency = stage["requests"]["latency"]
    return Figures(stage["throughput_per_s"], latency["p50_ns"] / 1e6, latency["p99_ns"] / 1e6, cpus)


def with_ghz(arguments, rate):
    request = {"model_name": "scheduled",
               "inputs": [{"name": "data", "datatype": "FP32", "shape": [1, 4]}],
               "raw_input_contents": ["AAAAAAAAAAAAAAAAAAAAAA=="]}
    load = ["--rps", str(rate), "-c", str(workers(rate))] if rate else ["-c", str(arguments.concurrency)]
    output, cpus = run([arguments.ghz, "--insecure", "--proto", ROOT / "proto/open_inference.proto",
                        "--import-paths", ROOT, "--call", "inference.GRPCInferenceService.ModelInfer",
                        "-d", json.dumps(request), *load, "--connections", "1",
                        "-z", f"{arguments.seconds}s", "--format", "json", arguments.address])
    report = json.loads(output)
    latencies = {each["percentage"]: each["latency"] for each in report["latencyDistribution"]}
    return Figures(report["rps"], latencies[50] / 1e6, latencies[99] / 1e6, cpus)


def with_perf_analyzer(arguments, rate):
    # It is linked with the CUDA runtime, which PyPI has a wheel of.
    libraries = glob.glob(str(Path(arguments.perf_analyzer).parent.parent /
                              "lib/python*/site-packages/nvidia/cuda_runtime/lib"))
    environment = os.environ | {"LD_LIBRARY_PATH": ":".join(libraries)}
    load = (["--request-rate-range", str(rate), "--max-threads", str(workers(rate))] if rate else
            ["--concurrency-range", str(arguments.concurrency)])
    with tempfile.TemporaryDirectory() as directory:
        table = Path(directory) / "latency.csv"
        # It takes three windows; that they agree is not asked for, as the others do not ask either.
        _, cpus = run([arguments.perf_analyzer, "-m", "scheduled", "-i", "grpc", "-u", arguments.address, *load,
                       "--shape", "data:4",
                       "--measurement-interval", str(arguments.seconds * 1000 // 3),
                       "--percentile", "50", "--stability-percentage", "999", "-f", table],
                      env=environment)
        row = next(csv.DictReader(table.open()))
    return Figures(float(row["Inferences/Second"]), float(row["p50 latency"]) / 1e3,
                   float(row["p99 latency"]) / 1e3, cpus)


TOOLS = {REFERENCE: with_reluctl, "ghz": with_ghz, "perf_analyzer": with_perf_analyzer}


def medians(arguments, rate, rounds):
    """By tool: the medians of its figures, or the error that it ended with."""
    runs = {name: [] for name in TOOLS}
    broken = {}
    for _ in range(rounds):
        for name, tool in TOOLS.items():
            if name in broken:
                continue
            try:
                runs[name].append(vars(tool(arguments, rate)))
            except (RuntimeError, OSError, KeyError, ValueError) as error:
                broken[name] = error
    if REFERENCE in broken:
        sys.exit(str(broken[REFERENCE]))
    return {name: broken.get(name) or
                  Figures(**{key: statistics.median(each[key] for each in of_tool) for key in of_tool[0]})
            for name, of_tool in runs.items()}


def print_agreement(figures):
    """The table of the closed loop; how many figures agree, and how many do not."""
    ours = figures[REFERENCE]
    passed = failed = 0
    print(f"{'':14} {'per second':>18} {'p50 ms':>18} {'p99 ms':>18} {'CPUs':>6}")
    for name, of_tool in figures.items():
        if isinstance(of_tool, Exception):
            print(f"{name:14} could not run: {of_tool}")
            failed += 1
            continue
        cells = []
        for key, within in (("per_second", THROUGHPUT_WITHIN), ("p50_ms", LATENCY_WITHIN),
                            ("p99_ms", LATENCY_WITHIN)):
            value = getattr(of_tool, key)
            off = value / getattr(ours, key) - 1
            agrees = abs(off) <= within
            if name != REFERENCE:
                passed, failed = passed + agrees, failed + (not agrees)
            cells.append(f"{value:.4g} ({off:+.1%}{'' if agrees else ' !'})")
        print(f"{name:14} " + " ".join(f"{cell:>18}" for cell in cells) + f" {of_tool.cpus:6.2f}")
    return passed, failed


def print_costs(figures):
    print(f"{'':14} {'per second':>18} {'CPUs':>18} {'CPU us a request':>18}")
    for name, of_tool in figures.items():
        if isinstance(of_tool, Exception):
            print(f"{name:14} could not run: {of_tool}")
            continue
        print(f"{name:14} {of_tool.per_second:18.0f} {of_tool.cpus:18.2f} "
              f"{of_tool.cpus / of_tool.per_second * 1e6:18.1f}")


@contextlib.contextmanager
def scheduled_server(program):
    """Its address, while it serves."""
    with subprocess.Popen([program, str(USUAL_MS), str(SLOW_MS), str(SLOW_EVERY)],
                          stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        yield server.stdout.readline().strip()
        server.stdin.close()


def main():
    parser = argparse.ArgumentParser()
    for name in ("server", "reluctl", "ghz", "perf_analyzer"):
        parser.add_argument(name)
    parser.add_argument("--concurrency", type=int, default=8)
    parser.add_argument("--rate", type=int, default=5000)
    parser.add_argument("--seconds", type=int, default=6)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    with scheduled_server(arguments.server) as arguments.address:
        print(f"answers after {USUAL_MS} ms, every {SLOW_EVERY}th after {SLOW_MS} ms; closed loop, concurrency "
              f"{arguments.concurrency}; median of {arguments.rounds} runs of {arguments.seconds} s\n")
        passed, failed = print_agreement(medians(arguments, 0, arguments.rounds))
        print(f"\nopen loop, {arguments.rate} requests a second\n")
        print_costs(medians(arguments, arguments.rate, 1))
    print(f"\n{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
