# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The reluserve authors
"""Triton's Python client: blocking, asynchronous, streaming, asyncio and shared memory."""

import asyncio
import glob
import os
import queue
import re

import numpy
import tritonclient.grpc
import tritonclient.grpc.aio
import tritonclient.utils
from tritonclient.utils import shared_memory

from server import MODEL, expect

REQUESTS = 50
SAMPLES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../client/samples")


def images(seed, count=2):
    return numpy.random.default_rng(seed).random((count, 1, 8, 8), dtype=numpy.float32)


def tensor(array, module=tritonclient.grpc):
    result = module.InferInput("image", array.shape, "FP32")
    result.set_data_from_numpy(array)
    return result


def connect(server):
    return tritonclient.grpc.InferenceServerClient(server.address)


def logits(client, seed):
    return client.infer(MODEL, [tensor(images(seed))]).as_numpy("logits")


def management(server):
    with connect(server) as client:
        expect(client.is_server_live() and client.is_server_ready(), "not live and ready")
        expect(client.is_model_ready(MODEL), "the model is not ready")
        extensions = list(client.get_server_metadata().extensions)
        expect("statistics" in extensions, f"extensions are {extensions}")
        metadata = client.get_model_metadata(MODEL)
        expect(list(metadata.inputs[0].shape) == [-1, 1, 8, 8], f"metadata is {metadata}")
        config = client.get_model_config(MODEL, as_json=True)["config"]
        expect(config["max_batch_size"] > 0 and config["input"][0]["name"] == "image",
               f"config is {config}")
        index = client.get_model_repository_index(as_json=True)["models"]
        expect([(each["name"], each["state"]) for each in index] == [(MODEL, "READY")],
               f"index is {index}")
    return f"extensions {', '.join(extensions)}"


def settings(server):
    with connect(server) as client:
        before = client.get_log_settings(as_json=True)["settings"]
        client.update_log_settings({"log_verbose_level": 1, "log_format": "ISO8601"})
        client.is_server_live()
        client.update_log_settings({"log_verbose_level": 0, "log_format": "default"})
        expect(client.get_log_settings(as_json=True)["settings"] == before, "settings stay changed")
        traced = client.update_trace_settings(
            MODEL, {"trace_level": ["TIMESTAMPS"], "trace_rate": "1", "trace_count": "3"},
            as_json=True)["settings"]
        expect(traced["trace_level"]["value"] == ["TIMESTAMPS"], f"trace settings are {traced}")
        for seed in range(5):
            logits(client, seed)
        client.update_trace_settings(MODEL, {"trace_level": ["OFF"]})
    with open(server.log, encoding="utf-8") as log:
        lines = log.readlines()
    verbose = [line for line in lines if "debug rpc method=ServerLive" in line]
    traces = [line for line in lines if " trace method=ModelInfer" in line]
    expect(len(verbose) == 1 and len(traces) == 3,
           f"{len(verbose)} verbose lines and {len(traces)} traces, expected 1 and 3")
    return "1 verbose line, 3 traces"


def infer(server):
    with connect(server) as client:
        plain = logits(client, 1)
        expect(plain.shape == (2, 10) and numpy.isfinite(plain).all(), f"logits are {plain}")
        response = client.infer(MODEL, [tensor(images(1))], request_id="abc", priority=1,
                                timeout=10_000_000, model_version="1", sequence_id=7,
                                parameters={"anything": "goes", "number": 3, "flag": True})
        expect(response.get_response().id == "abc", "the id is not echoed")
        expect(numpy.array_equal(plain, response.as_numpy("logits")), "other bits")
        for algorithm in ("gzip", "deflate"):
            response = client.infer(MODEL, [tensor(images(1))], compression_algorithm=algorithm,
                                    headers={"response-compression": algorithm})
            expect(numpy.array_equal(plain, response.as_numpy("logits")), f"other bits by {algorithm}")
        classes = client.infer(
            MODEL, [tensor(images(1))],
            outputs=[tritonclient.grpc.InferRequestedOutput("logits", class_count=3)])
        best = classes.as_numpy("logits")
        expect(best.shape == (2, 3), f"classes are {best}")
        score, index, label = best[0][0].decode().split(":")
        expect(int(index) == plain[0].argmax() and float(score) == plain[0].max() and label == index,
               f"the best class is {best[0][0]}, of {plain[0]}")
        try:
            client.infer("nothing", [tensor(images(1))])
            raise AssertionError("a model that is not there answers")
        except tritonclient.utils.InferenceServerException as error:
            expect(error.status() == "StatusCode.NOT_FOUND", f"status is {error.status()}")
    return f"best class {best[0][0].decode()}"


def pictures(server):
    """PNG files as BYTES, which the server decodes; their names begin with what they show."""
    paths = sorted(glob.glob(os.path.join(SAMPLES, "*.png")))[:8]
    files = []
    for path in paths:
        with open(path, "rb") as file:
            files.append(file.read())
    array = numpy.array(files, dtype=numpy.object_)
    given = tritonclient.grpc.InferInput("image", array.shape, "BYTES")
    given.set_data_from_numpy(array)
    with connect(server) as client:
        found = client.infer(MODEL, [given]).as_numpy("logits").argmax(axis=1)
    shown = [int(re.search(r"\d", os.path.basename(path)).group()) for path in paths]
    right = sum(int(a == b) for a, b in zip(found, shown))
    expect(len(paths) == 8 and right >= 7, f"found {found}, shown are {shown}")
    return f"{right} of {len(paths)} digits"


def async_infer(server):
    answers = queue.Queue()
    with connect(server) as client:
        expected = {seed: logits(client, seed) for seed in range(5)}
        for n in range(REQUESTS):
            client.async_infer(MODEL, [tensor(images(n % 5))], request_id=str(n),
                               callback=lambda result, error: answers.put((result, error)))
        for _ in range(REQUESTS):
            result, error = answers.get(timeout=60)
            expect(error is None, f"error: {error}")
            seed = int(result.get_response().id) % 5
            expect(numpy.array_equal(result.as_numpy("logits"), expected[seed]), "another's answer")
    return f"{REQUESTS} answers"


def stream(server):
    answers = queue.Queue()
    with connect(server) as client:
        expected = {seed: logits(client, seed) for seed in range(5)}
        client.start_stream(lambda result, error: answers.put((result, error)))
        for n in range(REQUESTS):
            client.async_stream_infer("nothing" if n % 10 == 0 else MODEL, [tensor(images(n % 5))],
                                      request_id=str(n), enable_empty_final_response=True)
        errors = 0
        for n in range(REQUESTS):
            result, error = answers.get(timeout=60)
            if n % 10 == 0:
                errors += 1
                expect(error is not None and "NOT_FOUND" in str(error), f"answer {n}: {error}")
                continue
            expect(error is None, f"answer {n}: {error}")
            response = result.get_response()
            expect(response.id == str(n), f"answer {n} has id {response.id}")
            expect(response.parameters["triton_final_response"].bool_param, "not marked as final")
            expect(numpy.array_equal(result.as_numpy("logits"), expected[n % 5]), "another's answer")
        client.stop_stream()
    return f"{REQUESTS} answers in order, {errors} of them errors"


def asyncio_infer(server):
    async def go():
        async with tritonclient.grpc.aio.InferenceServerClient(server.address) as client:
            calls = [client.infer(MODEL, [tensor(images(n % 5))]) for n in range(REQUESTS)]
            return [answer.as_numpy("logits") for answer in await asyncio.gather(*calls)]

    answers = asyncio.run(go())
    with connect(server) as client:
        for n, answer in enumerate(answers):
            expect(numpy.array_equal(answer, logits(client, n % 5)), "another's answer")
    return f"{len(answers)} answers"


def system_shared_memory(server):
    array = images(3)
    with connect(server) as client:
        expected = logits(client, 3)
        client.unregister_system_shared_memory()
        client.unregister_cuda_shared_memory()
        source = shared_memory.create_shared_memory_region("in", "/reluserve_interop_in", array.nbytes)
        target = shared_memory.create_shared_memory_region("out", "/reluserve_interop_out",
                                                           expected.nbytes)
        try:
            shared_memory.set_shared_memory_region(source, [array])
            client.register_system_shared_memory("in", "/reluserve_interop_in", array.nbytes)
            client.register_system_shared_memory("out", "/reluserve_interop_out", expected.nbytes)
            expect(set(client.get_system_shared_memory_status().regions) == {"in", "out"}, "regions")
            given = tritonclient.grpc.InferInput("image", array.shape, "FP32")
            given.set_shared_memory("in", array.nbytes)
            wanted = tritonclient.grpc.InferRequestedOutput("logits")
            wanted.set_shared_memory("out", expected.nbytes)
            client.infer(MODEL, [given], outputs=[wanted])
            got = shared_memory.get_contents_as_numpy(target, numpy.float32, expected.shape)
            expect(numpy.array_equal(got, expected), "other bits in shared memory")
            client.unregister_system_shared_memory()
            expect(not client.get_system_shared_memory_status().regions, "regions stay")
        finally:
            shared_memory.destroy_shared_memory_region(source)
            shared_memory.destroy_shared_memory_region(target)
    return f"{array.nbytes} bytes in, {expected.nbytes} bytes out"


def statistics(server):
    with connect(server) as client:
        def now():
            return client.get_inference_statistics(MODEL, "1").model_stats[0]
        before = now()
        for seed in range(5):
            logits(client, seed)
        after = now()
        expect(after.inference_count - before.inference_count == 10, "inference_count")
        for field in ("success", "queue", "compute_input", "compute_infer", "compute_output"):
            grown = (getattr(after.inference_stats, field).count -
                     getattr(before.inference_stats, field).count)
            expect(grown == 5, f"{field}.count has grown by {grown}, expected 5")
    return "10 samples, 5 requests"


CASES = [
    ("tritonclient management", management),
    ("tritonclient settings", settings),
    ("tritonclient infer", infer),
    ("tritonclient pictures as BYTES", pictures),
    ("tritonclient async_infer", async_infer),
    ("tritonclient stream", stream),
    ("tritonclient asyncio", asyncio_infer),
    ("tritonclient system shared memory", system_shared_memory),
    ("tritonclient statistics", statistics),
]
