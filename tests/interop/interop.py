#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The reluserve authors
"""Runs other people's clients and tools, unmodified, against the real server.

Each case is one tool in one mode; what it printed or returned is checked. The last line is
"N passed, N failed, N skipped", and the exit code is 0 when none failed; skipped is what could not be had. ./dev interop installs the tools and
calls this.
"""

import argparse
import sys
import tempfile
import time
import traceback

import command_line_cases
import health_cases
import kserve_cases
import perf_analyzer_cases
import triton_client_cases
from server import Server, Unavailable

SUITES = [triton_client_cases, kserve_cases, health_cases, command_line_cases, perf_analyzer_cases]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--server", required=True, help="the reluserve binary")
    parser.add_argument("--tools", required=True, help="the directory that ./dev interop fills")
    parser.add_argument("--only", default="", help="run the cases whose name contains this")
    arguments = parser.parse_args()
    passed = failed = skipped = 0
    with tempfile.TemporaryDirectory() as scratch, Server(arguments.server, scratch) as server:
        server.tools = arguments.tools
        for name, case in [entry for suite in SUITES for entry in suite.CASES]:
            if arguments.only not in name:
                continue
            start = time.monotonic()
            try:
                result = case(server)
                passed += 1
                print(f"ok    {name}: {result} ({time.monotonic() - start:.1f} s)", flush=True)
            except Unavailable as reason:
                skipped += 1
                print(f"skip  {name}: {reason}", flush=True)
            except Exception:  # pylint: disable=broad-except
                failed += 1
                print(f"FAIL  {name}\n{traceback.format_exc()}", flush=True)
        if failed:
            print("The server's log ends with:\n" + server.log_tail())
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return 0 if failed == 0 and passed > 0 else 1


if __name__ == "__main__":
    sys.exit(main())
