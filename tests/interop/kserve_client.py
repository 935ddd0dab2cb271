# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The reluserve authors
"""Calls the server by KServe's client, and prints what came of it as a line of JSON.

usage: kserve_client.py ADDRESS MODEL
"""

import asyncio
import json
import sys

import grpc
import numpy
from kserve import InferenceGRPCClient, InferInput, InferRequest


def request(model, images, binary):
    tensor = InferInput(name="image", shape=list(images.shape), datatype="FP32")
    tensor.set_data_from_numpy(images, binary_data=binary)
    return InferRequest(model_name=model, infer_inputs=[tensor], request_id="kserve-1")


async def main(address, model):
    images = numpy.random.default_rng(1).random((2, 1, 8, 8), dtype=numpy.float32)
    async with InferenceGRPCClient(address) as client:
        raw = await client.infer(request(model, images, binary=True))
        typed = await client.infer(request(model, images, binary=False))
        scores = raw.outputs[0].as_numpy()
        try:
            await client.infer(request("nothing", images, binary=True))
            missing = "OK"
        except grpc.RpcError as error:
            missing = error.code().name
        print(json.dumps({
            "live": await client.is_server_live(), "ready": await client.is_server_ready(),
            "model_ready": await client.is_model_ready(model), "id": raw.id, "model": raw.model_name,
            "shape": list(scores.shape),
            "same": bool(numpy.array_equal(scores, typed.outputs[0].as_numpy())
                         and numpy.isfinite(scores).all()),
            "missing": missing}))


asyncio.run(main(*sys.argv[1:]))
