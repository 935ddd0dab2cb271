#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The reluserve authors
"""Compares the server with PyTorch on torchvision's networks, a denoiser and a segmentation network.

Exports the networks of networks.py with random weights of a fixed seed to ONNX, serves them with the real server,
runs the same random images through both, and compares

  outputs   largest difference at most 1e-4 of the output's largest magnitude: the two sum in different
            orders and, after batch normalisation is folded, with differently rounded weights;
  sparsity  the inactive count of every activation layer within 0.01 % of its elements of the number of
            pre-activations that PyTorch saw as not positive: values that close to zero round either way.

Run by `./dev check-torch`; needs Debian's python3-torch, python3-torchvision and python3-onnx, and a
finished build.
The last line is `N passed, N failed`.
"""

import argparse
import pathlib
import sys
import tempfile

import numpy
import torch

from networks import NETWORKS, SEED, export, make_network, sample_shape

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "support"))
from served import Server  # noqa: E402

BATCHES = (1, 3)
OUTPUT_TOLERANCE = 1e-4
COUNT_TOLERANCE = 1e-4


class PreActivations:
    """Counts the not-positive inputs of every rectifier that runs inside the `with` block."""

    def __init__(self):
        self.counts = []

    def __enter__(self):
        functional = torch.nn.functional
        self._originals = {name: getattr(functional, name) for name in ("relu", "hardtanh", "relu6")}
        for name, original in self._originals.items():
            setattr(functional, name, self._recorded(original))
        return self

    def __exit__(self, *_):
        for name, original in self._originals.items():
            setattr(torch.nn.functional, name, original)

    def _recorded(self, original):
        def rectify(values, *args, **kwargs):
            # Before the call: it may work in place.
            self.counts.append((int((values <= 0).sum()), values.numel()))
            return original(values, *args, **kwargs)

        return rectify


def infer(server, name, images):
    with tempfile.NamedTemporaryFile(suffix=".npy") as file:
        numpy.save(file, images.numpy())
        file.flush()
        return server.infer(name, file.name)


def compare(name, batch, network, rectifiers, server):
    """One line of the report; raises AssertionError with what differs."""
    generator = torch.Generator().manual_seed(SEED + batch)
    images = torch.randn(batch, *sample_shape(name), generator=generator)
    with torch.no_grad(), PreActivations() as expected:
        logits = network(images).numpy()
    answer = infer(server, name, images)

    output = answer["outputs"][0]
    got = numpy.array(output["data"], dtype=numpy.float32).reshape(output["shape"])
    assert got.shape == logits.shape, f"output shape {got.shape}, expected {logits.shape}"
    magnitude = numpy.abs(logits).max()
    assert magnitude > 0 and logits.std() > 0, "the reference output is constant: nothing is compared"
    error = float(numpy.abs(got - logits).max() / magnitude)
    assert error <= OUTPUT_TOLERANCE, f"output differs by {error:.2e} of its largest magnitude"

    layers = {layer["name"]: layer for layer in answer["layers"]}
    assert len(layers) == len(expected.counts) == len(rectifiers), (
        f"{len(layers)} activation layers reported, PyTorch ran {len(expected.counts)}")
    worst = 0.0
    for rectifier, (inactive, elements) in zip(rectifiers, expected.counts):
        assert rectifier in layers, f"layer {rectifier} is not reported"
        layer = layers[rectifier]
        assert layer["elements"] == elements, (
            f"layer {rectifier} has {layer['elements']} elements, expected {elements}")
        difference = abs(layer["inactive"] - inactive) / elements
        worst = max(worst, difference)
        assert difference <= COUNT_TOLERANCE, (
            f"layer {rectifier} has {layer['inactive']} inactive of {elements}, expected {inactive}")
    share = sum(inactive for inactive, _ in expected.counts) / sum(total for _, total in expected.counts)
    return f"output error {error:.1e}, {len(layers)} layers, {share:.1%} inactive, worst count off by {worst:.1e}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("networks", nargs="*", help=f"which to check; all by default: {', '.join(NETWORKS)}")
    parser.add_argument("--build", type=pathlib.Path, default=pathlib.Path("build"), help="build directory")
    arguments = parser.parse_args()
    unknown = set(arguments.networks) - set(NETWORKS)
    if unknown:
        parser.error(f"unknown network {', '.join(sorted(unknown))}; known: {', '.join(NETWORKS)}")
    names = arguments.networks or list(NETWORKS)

    passed = failed = 0
    for name in names:
        with tempfile.TemporaryDirectory() as repository:
            network = make_network(name)
            rectifiers = export(name, network, pathlib.Path(repository) / name / "1" / "model.onnx")
            with Server(arguments.build, repository) as server:
                for batch in BATCHES:
                    try:
                        report = compare(name, batch, network, rectifiers, server)
                        passed += 1
                        print(f"ok    {name} batch {batch}: {report}", flush=True)
                    except AssertionError as error:
                        failed += 1
                        print(f"FAIL  {name} batch {batch}: {error}", flush=True)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
