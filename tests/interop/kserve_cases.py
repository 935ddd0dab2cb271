# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The reluserve authors
"""KServe's Python client, in a Python environment and a process of its own."""

import json
import os

from server import MODEL, expect, run


def infer(server):
    client = os.path.join(os.path.dirname(os.path.abspath(__file__)), "kserve_client.py")
    output = run([server.tool("kserve", "bin", "python"), client, server.address, MODEL])
    result = json.loads(output.splitlines()[-1])
    expect(result["live"] and result["ready"] and result["model_ready"], f"health is {result}")
    expect(result["id"] == "kserve-1" and result["model"] == MODEL, f"the answer is of {result}")
    expect(result["shape"] == [2, 10] and result["same"], f"the answers are {result}")
    expect(result["missing"] == "NOT_FOUND", f"a model that is not there is {result['missing']}")
    return "live, ready, model ready; raw and typed contents give the same answer"


CASES = [("KServe InferenceGRPCClient", infer)]
