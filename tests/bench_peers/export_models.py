#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The reluserve authors
"""Writes the networks of tests/torch/networks.py into a directory, those that are not there yet.

usage: export_models.py DIRECTORY [NAME...]; prints a line `NAME C,H,W` for each.
"""

import pathlib
import sys
import warnings

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "torch"))
import networks  # noqa: E402


def main():
    warnings.simplefilter("ignore")
    directory = pathlib.Path(sys.argv[1])
    for name in sys.argv[2:] or networks.NETWORKS:
        if name not in networks.NETWORKS:
            sys.exit(f"unknown network {name}; known: {', '.join(networks.NETWORKS)}")
        path = directory / f"{name}.onnx"
        if not path.exists():
            # Under another name until it is whole.
            partial = path.with_suffix(".partial")
            networks.export(name, networks.make_network(name), partial)
            partial.rename(path)
        print(name, ",".join(map(str, networks.sample_shape(name))), flush=True)


if __name__ == "__main__":
    main()
