#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The reluserve authors
"""Runs ONNX test cases through the real server and reluctl.

Takes a folder of cases <name>/model.onnx with test_data_set_*/input_*.pb and output_*.pb, serves them all
from one model repository, sends every data set by `reluctl infer`, and compares

  outputs   |got - expected| <= 1e-6 + 1e-3 * |expected|, the tolerance of ONNX's own runner, with the largest
            magnitude of the output in place of `expected` where that is larger than the element: sums that
            cancel out keep the error of their terms;
  sparsity  where the case has a sparsity.json, the inactive count of every layer named there (by node, or by
            output where the node has no name) within 0.01 % of its elements, or one element: pre-activations
            that close to zero round either way.

Run by `./dev check-served DIR`; needs Debian's python3-onnx and a finished build. The last line is
`N passed, N failed`.
"""

import argparse
import json
import pathlib
import sys
import tempfile

import numpy
import onnx
import onnx.numpy_helper

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "support"))
from served import Server  # noqa: E402

RELATIVE_TOLERANCE = 1e-3
ABSOLUTE_TOLERANCE = 1e-6
COUNT_TOLERANCE = 1e-4


def numbered(folder, prefix):
    """The tensors of <prefix>_0.pb, <prefix>_1.pb and so on."""
    tensors = []
    while (path := folder / f"{prefix}_{len(tensors)}.pb").exists():
        tensor = onnx.TensorProto()
        tensor.ParseFromString(path.read_bytes())
        tensors.append(onnx.numpy_helper.to_array(tensor))
    return tensors


def input_names(model):
    """What a client has to send: older files list initialisers among the inputs too."""
    initialised = {tensor.name for tensor in model.graph.initializer}
    return [value.name for value in model.graph.input if value.name not in initialised]


def send(server, name, names, arrays):
    with tempfile.TemporaryDirectory() as folder:
        arguments = ["--top-k", "0"]
        for number, (input_name, array) in enumerate(zip(names, arrays)):
            path = pathlib.Path(folder) / f"{number}.npy"
            numpy.save(path, numpy.ascontiguousarray(array))
            arguments += ["--input", f"{input_name}={path}"]
        return server.infer(name, *arguments)


def compare_output(got, expected):
    name = got["name"]
    assert tuple(got["shape"]) == expected.shape, f"{name} has shape {got['shape']}, expected {expected.shape}"
    values = numpy.array(got["data"], dtype=numpy.float64).reshape(expected.shape)
    magnitude = numpy.abs(expected.astype(numpy.float64))
    allowed = ABSOLUTE_TOLERANCE + RELATIVE_TOLERANCE * numpy.maximum(magnitude, magnitude.max(initial=0))
    wrong = numpy.abs(values - expected) > allowed
    assert not wrong.any(), f"{int(wrong.sum())} of {wrong.size} elements of {name} differ"


def compare_layers(answer, expected):
    layers = {layer["name"]: layer for layer in answer["layers"]}
    assert expected, "sparsity.json names no layer for this data set: nothing is compared"
    for reference in expected:
        layer = layers.get(reference["node"]) or layers.get(reference["output"])
        assert layer, f"layer {reference['node'] or reference['output']} is not reported"
        assert layer["elements"] == reference["total"], (
            f"layer {layer['name']} has {layer['elements']} elements, expected {reference['total']}")
        allowed = max(1, COUNT_TOLERANCE * reference["total"])
        assert abs(layer["inactive"] - reference["zeros"]) <= allowed, (
            f"layer {layer['name']} has {layer['inactive']} inactive, expected {reference['zeros']}")
    return len(expected)


def check_data_set(server, case, data_set, names):
    """One line of the report; raises AssertionError with what differs."""
    answer = send(server, case.name, names, numbered(data_set, "input"))
    expected = numbered(data_set, "output")
    assert expected and len(answer["outputs"]) == len(expected), (
        f"{len(answer['outputs'])} outputs, expected {len(expected)}")
    for got, wanted in zip(answer["outputs"], expected):
        compare_output(got, wanted)
    report = f"{len(expected)} outputs"
    sparsity = case / "sparsity.json"
    if sparsity.exists():
        sets = json.loads(sparsity.read_text())["sets"]
        if data_set.name in sets:
            report += f", {compare_layers(answer, sets[data_set.name])} layers' counts"
    return report


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cases", type=pathlib.Path, help="folder of test cases")
    parser.add_argument("--build", type=pathlib.Path, default=pathlib.Path("build"), help="build directory")
    arguments = parser.parse_args()
    cases = sorted(path.parent for path in arguments.cases.glob("*/model.onnx"))
    if not cases:
        parser.error(f"no <name>/model.onnx in {arguments.cases}")

    passed = failed = 0
    with tempfile.TemporaryDirectory() as repository:
        for case in cases:
            version = pathlib.Path(repository) / case.name / "1"
            version.mkdir(parents=True)
            (version / "model.onnx").write_bytes((case / "model.onnx").read_bytes())
        with Server(arguments.build, repository) as server:
            for case in cases:
                names = input_names(onnx.load(case / "model.onnx"))
                for data_set in sorted(case.glob("test_data_set_*")):
                    try:
                        report = check_data_set(server, case, data_set, names)
                        passed += 1
                        print(f"ok    {case.name} {data_set.name}: {report}", flush=True)
                    except AssertionError as error:
                        failed += 1
                        print(f"FAIL  {case.name} {data_set.name}: {error}", flush=True)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
