#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The reluserve authors
"""What reluctl load, ghz and perf_analyzer measure on one server, side by side.

Each runs the same closed loop several times, in turns, so that a machine that gets busier or calmer does
so for all of them; the median of each figure is compared with reluctl's. Requests are batches, so that the
server has more to do than the tools, which share its CPUs.

usage: agreement.py ADDRESS RELUCTL GHZ PERF_ANALYZER [--concurrency N] [--seconds S] [--rounds R]
"""

import argparse
import base64
import csv
import glob
import json
import os
import random
import statistics
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

THROUGHPUT_WITHIN = 0.05
LATENCY_WITHIN = 0.10
ROOT = Path(__file__).resolve().parents[2]


def run(command, **options):
    result = subprocess.run(command, capture_output=True, text=True, timeout=600, **options)
    if result.returncode != 0:
        raise RuntimeError(f"{command[0]}: {(result.stderr or result.stdout).strip()[-400:]}")
    return result.stdout


def with_reluctl(arguments):
    output = run([arguments.reluctl, "load", "digits", "--server", arguments.address, "-c",
                  str(arguments.concurrency), "--batch", str(arguments.batch), "-d", f"{arguments.seconds}s", "--warmup", "1s", "-q",
                  "-o", "json"])
    stage = json.loads(output)["stages"][0]
    latency = stage["requests"]["latency"]
    return stage["throughput_per_s"], latency["p50_ns"] / 1e6, latency["p99_ns"] / 1e6


def with_ghz(arguments):
    generator = random.Random(1)
    count = arguments.batch * 64
    elements = struct.pack(f"<{count}f", *(generator.random() for _ in range(count)))
    request = {"model_name": "digits",
               "inputs": [{"name": "image", "datatype": "FP32", "shape": [arguments.batch, 1, 8, 8]}],
               "raw_input_contents": [base64.b64encode(elements).decode()]}
    output = run([arguments.ghz, "--insecure", "--proto", ROOT / "proto/open_inference.proto",
                  "--import-paths", ROOT, "--call", "inference.GRPCInferenceService.ModelInfer",
                  "-d", json.dumps(request), "-c", str(arguments.concurrency), "--connections", "1",
                  "-z", f"{arguments.seconds}s", "--format", "json", arguments.address])
    report = json.loads(output)
    latencies = {each["percentage"]: each["latency"] for each in report["latencyDistribution"]}
    return report["rps"], latencies[50] / 1e6, latencies[99] / 1e6


def with_perf_analyzer(arguments):
    # It is linked with the CUDA runtime, which PyPI has a wheel of.
    libraries = glob.glob(str(Path(arguments.perf_analyzer).parent.parent /
                              "lib/python*/site-packages/nvidia/cuda_runtime/lib"))
    environment = os.environ | {"LD_LIBRARY_PATH": ":".join(libraries)}
    with tempfile.TemporaryDirectory() as directory:
        table = Path(directory) / "latency.csv"
        run([arguments.perf_analyzer, "-m", "digits", "-i", "grpc", "-u", arguments.address,
             "--concurrency-range", str(arguments.concurrency), "-b", str(arguments.batch), "--shape", "image:1,8,8",
             "--measurement-interval", str(arguments.seconds * 1000 // 3), "--percentile", "50",
             "-f", table], env=environment)
        row = next(csv.DictReader(table.open()))
    return (float(row["Inferences/Second"]) / arguments.batch, float(row["p50 latency"]) / 1e3,
            float(row["p99 latency"]) / 1e3)


def main():
    parser = argparse.ArgumentParser()
    for name in ("address", "reluctl", "ghz", "perf_analyzer"):
        parser.add_argument(name)
    parser.add_argument("--concurrency", type=int, default=4)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--seconds", type=int, default=6)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    tools = {"reluctl load": with_reluctl, "ghz": with_ghz, "perf_analyzer": with_perf_analyzer}
    figures = {name: [] for name in tools}
    broken = {}
    for _ in range(arguments.rounds):
        for name, tool in tools.items():
            if name in broken:
                continue
            try:
                figures[name].append(tool(arguments))
            except (RuntimeError, OSError, KeyError, ValueError) as error:
                broken[name] = error
    if "reluctl load" in broken:
        sys.exit(str(broken["reluctl load"]))
    print(f"closed loop, concurrency {arguments.concurrency}, batch {arguments.batch}, median of {arguments.rounds} runs of "
          f"{arguments.seconds} s\n")
    print(f"{'':14} {'per second':>18} {'p50 ms':>18} {'p99 ms':>18}")
    reference = [statistics.median(column) for column in zip(*figures["reluctl load"])]
    passed = failed = 0
    for name, runs in figures.items():
        if name in broken:
            print(f"{name:14} could not run: {broken[name]}")
            failed += 1
            continue
        medians = [statistics.median(column) for column in zip(*runs)]
        cells = []
        for median, ours, within in zip(medians, reference,
                                        (THROUGHPUT_WITHIN, LATENCY_WITHIN, LATENCY_WITHIN)):
            off = median / ours - 1
            agrees = abs(off) <= within
            if name != "reluctl load":
                passed, failed = passed + agrees, failed + (not agrees)
            cells.append(f"{median:.4g} ({off:+.1%}{'' if agrees else ' !'})")
        print(f"{name:14} " + " ".join(f"{cell:>18}" for cell in cells))
    print(f"\n{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
