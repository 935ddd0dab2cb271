# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The reluserve authors
"""Runs one model in ONNX Runtime or OpenVINO for bench_peers.py; engine_worker.cc tells the commands.

Both are asked for floats throughout: OpenVINO would take bfloat16 by itself where the CPU has it. Neither
keeps threads spinning after a run, which would be charged to whoever runs next.
"""

import argparse
import json
import sys
import time

import numpy


def onnx_runtime(model, threads):
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.add_session_config_entry("session.force_spinning_stop", "1")
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name
    return lambda batch: session.run(None, {name: batch})[0]


def openvino(model, threads):
    import openvino as ov

    compiled = ov.Core().compile_model(model, "CPU", {
        "INFERENCE_NUM_THREADS": threads,
        "NUM_STREAMS": 1,
        "INFERENCE_PRECISION_HINT": "f32",
        "PERFORMANCE_HINT": "LATENCY",
        "ENABLE_CPU_PINNING": False,
    })
    request = compiled.create_infer_request()
    return lambda batch: request.infer([batch], share_inputs=True, share_outputs=True)[0]


ENGINES = {"onnxruntime": onnx_runtime, "openvino": openvino}


def resident(field):
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) * 1024 for line in status if line.startswith(field + ":"))


def timed(run, batch, runs):
    wall, cpu = [], []
    for _ in range(runs):
        wall_start, cpu_start = time.perf_counter(), time.process_time()
        run(batch)
        cpu.append(time.process_time() - cpu_start)
        wall.append(time.perf_counter() - wall_start)
    return {"wall": wall, "cpu": cpu}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("engine", choices=ENGINES)
    parser.add_argument("model")
    parser.add_argument("--input", required=True)
    parser.add_argument("--shape", required=True)
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    batch = numpy.fromfile(arguments.input, numpy.float32)
    batch = batch.reshape([int(extent) for extent in arguments.shape.split(",")])
    # What importing them takes is neither load time nor the model's memory.
    __import__(arguments.engine)
    imported = resident("VmRSS")
    start = time.perf_counter()
    run = ENGINES[arguments.engine](arguments.model, arguments.threads)
    print(json.dumps({"load": time.perf_counter() - start, "imported_bytes": imported}), flush=True)
    for line in sys.stdin:
        command, *rest = line.split()
        if command == "run":
            answer = timed(run, batch, int(rest[0]))
        elif command == "output":
            result = numpy.ascontiguousarray(run(batch), numpy.float32)
            result.tofile(rest[0])
            answer = {"shape": list(result.shape)}
        elif command == "memory":
            answer = {"peak_bytes": resident("VmHWM"), "bytes": resident("VmRSS")}
        else:
            sys.exit(f"unknown command {command!r}")
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
