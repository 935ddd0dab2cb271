# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The reluserve authors
"""Triton's perf_analyzer, in the modes people use."""

import os
import re

from server import MODEL, expect, run

# Short windows: this is about whether it works, not how fast it is.
COMMON = ["-i", "grpc", "--measurement-interval", "1000", "--stability-percentage", "90",
          "--max-trials", "10"]


def command(server):
    """perf_analyzer, by the loader of newer C libraries where the system's are too old for it."""
    binary = server.tool("perf_analyzer", "bin", "perf_analyzer")
    libraries = server.tool("libraries")
    # Shared memory of any kind needs the CUDA runtime, which it looks for by this name.
    cuda = server.tool("cuda")
    loader = os.path.join(libraries, "ld-linux-x86-64.so.2")
    if os.path.exists(loader):
        return [loader, "--library-path", f"{libraries}:{cuda}", binary]
    return ["env", f"LD_LIBRARY_PATH={cuda}", binary]


def analyze(server, *arguments):
    output = run(command(server) + COMMON + ["-m", MODEL, "-u", server.address, *arguments])
    for sign in ("error", "failed", "WARNING", "unexpected"):
        lines = [line for line in output.splitlines() if sign.lower() in line.lower()]
        expect(not lines, f"perf_analyzer complains: {lines}\n{output}")
    throughput = re.search(r"Throughput: ([\d.]+) infer/sec", output)
    expect(throughput and float(throughput.group(1)) > 0, f"no throughput:\n{output}")
    # "Server:" has the server's own counts and times, from ModelStatistics.
    counts = re.search(r"Server: *\n\s+Inference count: (\d+)\n\s+Execution count: (\d+)", output)
    expect(counts and int(counts.group(1)) > 0 and int(counts.group(2)) > 0,
           f"no server-side counts:\n{output}")
    breakdown = re.search(
        r"Avg request latency: (\d+) usec \(overhead (\d+) usec \+ queue (\d+) usec \+ "
        r"compute input (\d+) usec \+ compute infer (\d+) usec \+ compute output (\d+) usec\)", output)
    expect(breakdown and int(breakdown.group(5)) > 0, f"no server-side breakdown:\n{output}")
    expect(server.alive(), "the server has ended")
    return f"{throughput.group(1)} infer/sec, server-side {breakdown.group(1)} usec"


CASES = [
    ("perf_analyzer closed loop", lambda s: analyze(s, "--concurrency-range", "4")),
    ("perf_analyzer closed loop, batches of 8",
     lambda s: analyze(s, "--concurrency-range", "2", "-b", "8")),
    ("perf_analyzer async", lambda s: analyze(s, "--concurrency-range", "4", "--async")),
    ("perf_analyzer open loop", lambda s: analyze(s, "--request-rate-range", "50")),
    ("perf_analyzer open loop, Poisson",
     lambda s: analyze(s, "--request-rate-range", "50", "--request-distribution", "poisson")),
    ("perf_analyzer streaming",
     lambda s: analyze(s, "--concurrency-range", "4", "--async", "--streaming")),
    ("perf_analyzer shared memory",
     lambda s: analyze(s, "--concurrency-range", "2", "--shared-memory", "system",
                       "--output-shared-memory-size", "4096")),
    ("perf_analyzer gzip",
     lambda s: analyze(s, "--concurrency-range", "2", "--grpc-compression-algorithm", "gzip")),
]
