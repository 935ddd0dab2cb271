#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The reluserve authors
"""Compares the server's activation counts with onnxruntime's.

Takes a folder of <name>/model.onnx, in each of which the operand of every rectifier (Relu, LeakyRelu, PRelu,
Elu, Selu, Clip from 0) is made an output too. Sends the model's test_data_set_*/input_*.pb, or two batches of
random inputs where it has none, through both, counts what is not positive in onnxruntime's operands, and
compares

  layers    each response's inactive count within 0.01 % of the layer's elements, or one element:
            pre-activations that close to zero round either way;
  channels  the same for the sum over channels of the differences;
  service   what SparsityService has at the end: exactly the sums of the responses, by channel.

Run by `./dev check-onnxruntime DIR`. The last line is `N passed, N failed`; a model that onnxruntime cannot run
is skipped, and said so.
"""

import argparse
import collections
import pathlib
import sys
import tempfile

import numpy
import onnx
import onnx.numpy_helper
import onnxruntime

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "support"))
from served import Server  # noqa: E402

RECTIFIERS = {"Relu", "LeakyRelu", "PRelu", "Elu", "Selu", "Celu", "Clip", "ThresholdedRelu"}
COUNT_TOLERANCE = 1e-4
SEED = 20261121


def numbered(folder, prefix):
    tensors = []
    while (path := folder / f"{prefix}_{len(tensors)}.pb").exists():
        tensors.append(onnx.numpy_helper.to_array(onnx.load_tensor(str(path))))
    return tensors


class Exposed:
    """A model in onnxruntime whose rectifiers' operands can be seen."""

    def __init__(self, path):
        model = onnx.load(path)
        constants = {tensor.name for tensor in model.graph.initializer}
        self.inputs = [value for value in model.graph.input if value.name not in constants]
        outputs = {value.name for value in model.graph.output}
        self.layers = {}  # the layer's name as the server reports it: (operand, operator, threshold)
        for node in model.graph.node:
            if node.op_type not in RECTIFIERS:
                continue
            alpha = next((a.f for a in node.attribute if a.name == "alpha"), 1.0)
            threshold = alpha if node.op_type == "ThresholdedRelu" else 0.0
            self.layers[node.name or node.output[0]] = (node.input[0], threshold)
            if node.input[0] not in outputs and node.input[0] not in {v.name for v in self.inputs}:
                outputs.add(node.input[0])
                model.graph.output.append(onnx.ValueInfoProto(name=node.input[0]))
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 4
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
        self._session = onnxruntime.InferenceSession(model.SerializeToString(), options,
                                                     providers=["CPUExecutionProvider"])

    def inactive(self, arrays):
        """For each layer, the inactive elements of each channel (axis 1), and the elements of a channel."""
        feeds = {value.name: array for value, array in zip(self.inputs, arrays)}
        names = sorted({operand for operand, _ in self.layers.values()} - feeds.keys())
        values = dict(zip(names, self._session.run(names, feeds))) | feeds
        counts = {}
        for layer, (operand, threshold) in self.layers.items():
            quiet = values[operand] <= threshold
            axes = tuple(axis for axis in range(quiet.ndim) if axis != 1)
            by_channel = quiet.sum(axis=axes) if quiet.ndim > 1 else quiet.sum().reshape(1)
            counts[layer] = (by_channel.astype(numpy.int64), quiet.size // max(1, by_channel.size))
        return counts

    def random_inputs(self):
        generator = numpy.random.default_rng(SEED)
        for batch in (1, 3):
            arrays = []
            for value in self.inputs:
                dims = [dim.dim_value or (batch if axis == 0 else 32)
                        for axis, dim in enumerate(value.type.tensor_type.shape.dim)]
                arrays.append(generator.standard_normal(dims, dtype=numpy.float32))
            yield arrays


def send(server, name, exposed, arrays):
    with tempfile.TemporaryDirectory() as folder:
        arguments = ["--top-k", "0", "--sparsity", "channels"]
        for number, (value, array) in enumerate(zip(exposed.inputs, arrays)):
            path = pathlib.Path(folder) / f"{number}.npy"
            numpy.save(path, numpy.ascontiguousarray(array))
            arguments += ["--input", f"{value.name}={path}"]
        return server.infer(name, *arguments)


def compare(answer, expected):
    """The worst difference, as a share of the elements."""
    worst = 0.0
    layers = {layer["name"]: layer for layer in answer["layers"]}
    assert layers, "no activation layer is reported: nothing is compared"
    for name, layer in layers.items():
        if name not in expected:
            # Of an operator that is counted by another definition.
            assert layer["operator"] not in RECTIFIERS, f"layer {name} is not in the model"
            continue
        by_channel, whole = expected[name]
        allowed = max(1.0, COUNT_TOLERANCE * layer["elements"])
        got = numpy.array(layer["channels"]["inactive"])
        assert got.shape == by_channel.shape, f"{name}: {got.size} channels, expected {by_channel.size}"
        assert layer["channels"]["elements_per_channel"] == whole, f"{name}: elements of a channel differ"
        assert layer["inactive"] == got.sum(), f"{name}: the channels do not add up"
        difference = int(numpy.abs(got - by_channel).sum())
        assert difference <= allowed, f"{name}: {difference} of {layer['elements']} elements differ"
        worst = max(worst, difference / layer["elements"])
    return len(layers), worst


def check_service(server, name, responses):
    """What the server kept of the requests is what it answered to them."""
    answered = collections.defaultdict(list)
    for answer in responses:
        for layer in answer["layers"]:
            answered[layer["name"]].append(layer)
    for layer in server.call("sparsity", name, "--channels", "all")["layers"]:
        parts = answered.pop(layer["name"])
        for count in ("elements", "inactive"):
            expected = sum(part[count] for part in parts)
            assert layer[count] == expected, f"service: {layer['name']} {count} {layer[count]}, expected {expected}"
        channels = [numpy.array(part["channels"]["inactive"]) for part in parts]
        # Where inputs of another extent have another number of channels there is no sum of them.
        if len({part.size for part in channels}) == 1:
            kept = numpy.array(layer["channels"]["inactive"])
            assert (kept == sum(channels)).all(), f"service: the channels of {layer['name']} differ"
    assert not answered, f"service: {', '.join(answered)} missing"


def check_model(folder, server, exposed):
    sets = [numbered(path, "input") for path in sorted(folder.glob("test_data_set_*"))]
    responses, worst, layers = [], 0.0, 0
    for arrays in sets or exposed.random_inputs():
        responses.append(send(server, folder.name, exposed, arrays))
        layers, difference = compare(responses[-1], exposed.inactive(arrays))
        worst = max(worst, difference)
    check_service(server, folder.name, responses)
    return f"{len(responses)} requests, {layers} layers, worst count off by {worst:.1e}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models", type=pathlib.Path, help="folder of <name>/model.onnx")
    parser.add_argument("--build", type=pathlib.Path, default=pathlib.Path("build"), help="build directory")
    arguments = parser.parse_args()
    passed = failed = skipped = 0
    for path in sorted(arguments.models.glob("*/model.onnx")):
        name = path.parent.name
        try:
            exposed = Exposed(path)
        except Exception as error:  # onnxruntime has no common class
            skipped += 1
            print(f"skip  {name}: onnxruntime: {str(error).splitlines()[0][:120]}", flush=True)
            continue
        with tempfile.TemporaryDirectory() as repository:
            version = pathlib.Path(repository) / name / "1"
            version.mkdir(parents=True)
            (version / "model.onnx").write_bytes(path.read_bytes())
            try:
                with Server(arguments.build, repository) as server:
                    print(f"ok    {name}: {check_model(path.parent, server, exposed)}", flush=True)
                passed += 1
            except (AssertionError, RuntimeError) as error:
                failed += 1
                print(f"FAIL  {name}: {error}", flush=True)
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
