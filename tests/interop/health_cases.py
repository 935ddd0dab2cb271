# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The reluserve authors
"""The health client of gRPC's own Python package, grpcio-health-checking."""

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

from server import MODEL, expect

SERVING = health_pb2.HealthCheckResponse.SERVING
SERVICE_UNKNOWN = health_pb2.HealthCheckResponse.SERVICE_UNKNOWN


def request(service):
    return health_pb2.HealthCheckRequest(service=service)


def check(server):
    with grpc.insecure_channel(server.address) as channel:
        stub = health_pb2_grpc.HealthStub(channel)
        for service in ("", "inference.GRPCInferenceService", MODEL):
            expect(stub.Check(request(service)).status == SERVING, f"{service!r} is not serving")
        try:
            stub.Check(request("nothing"))
            raise AssertionError("a service that is not there has health")
        except grpc.RpcError as error:
            expect(error.code() == grpc.StatusCode.NOT_FOUND, f"code is {error.code()}")
    return "SERVING; NOT_FOUND for a name that is not known"


def watch(server):
    with grpc.insecure_channel(server.address) as channel:
        stub = health_pb2_grpc.HealthStub(channel)
        for service, status in ((MODEL, SERVING), ("nothing", SERVICE_UNKNOWN)):
            updates = stub.Watch(request(service), timeout=60)
            expect(next(updates).status == status, f"health of {service}")
            updates.cancel()
    return "SERVING; SERVICE_UNKNOWN for a name that is not known"


CASES = [
    ("grpcio-health-checking Check", check),
    ("grpcio-health-checking Watch", watch),
]
