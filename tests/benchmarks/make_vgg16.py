#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The reluserve authors
"""Writes VGG-16 with random weights as an ONNX file: make_vgg16.py FILE [--image-size 224].

Its dense layers hold 90 % of the weights and little of the arithmetic, so that reading the weights
bounds them: what batching is for. Weights are scaled to keep activations alive through the layers.
"""

import argparse

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

CHANNELS = [64, 64, "pool", 128, 128, "pool", 256, 256, 256, "pool",
            512, 512, 512, "pool", 512, 512, 512, "pool"]
DENSE = [4096, 4096, 1000]


def build(image_size, random):
    nodes, weights = [], []

    def constant(name, shape, scale):
        values = random.standard_normal(shape, dtype=np.float32) * np.float32(scale)
        weights.append(numpy_helper.from_array(values, name))
        return name

    def layer(op, number, value, weight_shape, inputs, outputs, **attributes):
        name = f"{op.lower()}{number}"
        operands = [value, constant(f"{name}.weight", weight_shape, (2 / inputs) ** 0.5),
                    constant(f"{name}.bias", (outputs,), 0.01)]
        nodes.append(helper.make_node(op, operands, [name], name, **attributes))
        return name

    def relu(value):
        nodes.append(helper.make_node("Relu", [value], [f"{value}.relu"], f"{value}.relu"))
        return f"{value}.relu"

    value, channels, extent = "image", 3, image_size
    for number, width in enumerate(CHANNELS):
        if width == "pool":
            nodes.append(helper.make_node("MaxPool", [value], [f"pool{number}"], f"pool{number}",
                                          kernel_shape=[2, 2], strides=[2, 2]))
            value, extent = f"pool{number}", extent // 2
            continue
        value = relu(layer("Conv", number, value, (width, channels, 3, 3), channels * 9, width,
                           kernel_shape=[3, 3], pads=[1, 1, 1, 1]))
        channels = width
    nodes.append(helper.make_node("Flatten", [value], ["flat"], "flatten"))
    value, inputs = "flat", channels * extent * extent
    for number, outputs in enumerate(DENSE):
        value = layer("Gemm", number, value, (outputs, inputs), inputs, outputs, transB=1)
        if outputs != DENSE[-1]:
            value = relu(value)
        inputs = outputs
    image = helper.make_tensor_value_info("image", TensorProto.FLOAT,
                                          ["batch", 3, image_size, image_size])
    scores = helper.make_tensor_value_info(value, TensorProto.FLOAT, ["batch", DENSE[-1]])
    graph = helper.make_graph(nodes, "vgg16", [image], [scores], weights)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)])


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file")
    parser.add_argument("--image-size", type=int, default=224)
    arguments = parser.parse_args()
    model = build(arguments.image_size, np.random.default_rng(1))
    onnx.save(model, arguments.file)


if __name__ == "__main__":
    main()
