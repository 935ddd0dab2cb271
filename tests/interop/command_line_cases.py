# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The reluserve authors
"""Tools that know nothing of inference: grpcurl, grpc-health-probe and ghz."""

import base64
import json
import os

import numpy

from server import MODEL, Unavailable, expect, run


def request_json():
    array = numpy.random.default_rng(5).random((1, 1, 8, 8), dtype=numpy.float32)
    return json.dumps({
        "model_name": MODEL, "id": "42",
        "inputs": [{"name": "image", "datatype": "FP32", "shape": [1, 1, 8, 8]}],
        "raw_input_contents": [base64.b64encode(array.tobytes()).decode()]})


def grpcurl(server, *arguments, **keywords):
    return run([server.tool("bin", "grpcurl"), "-plaintext", *arguments], **keywords)


def grpcurl_reflection(server):
    services = grpcurl(server, server.address, "list").split()
    for service in ("inference.GRPCInferenceService", "grpc.health.v1.Health",
                    "reluserve.v1.PredictionService"):
        expect(service in services, f"{service} is not among {services}")
    methods = grpcurl(server, server.address, "list", "inference.GRPCInferenceService").split()
    expect("inference.GRPCInferenceService.ModelStreamInfer" in methods, f"methods are {methods}")
    return f"{len(services)} services, {len(methods)} methods of inference"


def grpcurl_infer(server):
    output = grpcurl(server, "-d", request_json(), server.address,
                     "inference.GRPCInferenceService/ModelInfer")
    response = json.loads(output)
    scores = numpy.frombuffer(base64.b64decode(response["raw_output_contents"][0]), numpy.float32)
    expect(response["id"] == "42" and scores.shape == (10,), f"the answer is {output}")
    return f"class {scores.argmax()}"


def grpcurl_error(server):
    output = grpcurl(server, "-d", '{"name": "nothing"}', server.address,
                     "inference.GRPCInferenceService/ModelMetadata", expected_code=64 + 5)
    expect("NotFound" in output and "nothing" in output, f"the error is {output}")
    return "NotFound"


def grpcurl_health(server):
    """What grpc-health-probe asks, by grpcurl."""
    method = "grpc.health.v1.Health/Check"
    for service in ("", "inference.GRPCInferenceService", MODEL):
        output = grpcurl(server, "-d", json.dumps({"service": service}), server.address, method)
        expect(json.loads(output) == {"status": "SERVING"}, f"health of {service!r} is {output}")
    grpcurl(server, "-d", '{"service": "nothing"}', server.address, method, expected_code=64 + 5)
    return "SERVING; NotFound for a name that is not known"


def grpc_health_probe(server):
    probe = server.tool("bin", "grpc-health-probe")
    if not os.path.exists(probe):
        raise Unavailable("the Go proxy did not give grpc-health-probe")
    for service in ("", "inference.GRPCInferenceService", MODEL):
        output = run([probe, f"-addr={server.address}", f"-service={service}"])
        expect("SERVING" in output, f"health of {service!r} is {output}")
    run([probe, f"-addr={server.address}", "-service=nothing"], expected_code=3)
    return "0 for what serves"


def ghz(server):
    output = run([server.tool("bin", "ghz"), "--insecure", "--call",
                  "inference.GRPCInferenceService/ModelInfer", "-d", request_json(), "-n", "500",
                  "-c", "8", "-O", "json", server.address])
    report = json.loads(output)
    expect(report["statusCodeDistribution"] == {"OK": 500}, f"ghz reports {output[:2000]}")
    return f"500 OK, {report['rps']:.0f} requests/s"


CASES = [
    ("grpcurl by reflection", grpcurl_reflection),
    ("grpcurl ModelInfer", grpcurl_infer),
    ("grpcurl error", grpcurl_error),
    ("grpcurl health", grpcurl_health),
    ("grpc-health-probe", grpc_health_probe),
    ("ghz by reflection", ghz),
]
