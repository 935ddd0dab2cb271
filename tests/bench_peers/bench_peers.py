#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The reluserve authors
"""Measures the engine against ONNX Runtime and OpenVINO: same machine, model, threads and batch.

Each engine runs in a process of its own, and they take turns, so that what disturbs the machine disturbs
all. Ours counts every activation layer in every run; `reluserve-uncounted` does not, which shows what counting
costs. Times are those of the best run and of the median one; CPU time is that of all threads. Outputs have to
agree within 1e-3 of the largest element. Ratios above 1 mean that ours took less wall time; geometric means
come last.
The last line is `N passed, N failed`, of the comparisons of outputs.
"""

import argparse
import json
import math
import pathlib
import statistics
import subprocess
import sys
import tempfile

import numpy

HERE = pathlib.Path(__file__).parent
OURS = "reluserve"
UNCOUNTED = "reluserve-uncounted"
PEERS = ("onnxruntime", "openvino")
TOLERANCE = 1e-3
SEED = 20261121


class Worker:
    """One engine with one model in a process of its own."""

    def __init__(self, engine, arguments, model, shape, threads, directory):
        self.engine = engine
        batch = pathlib.Path(directory) / f"input-{shape[0]}.bin"
        if not batch.exists():
            numpy.random.default_rng(SEED).standard_normal(shape, numpy.float32).tofile(batch)
        if engine in PEERS:
            command = [sys.executable, str(HERE / "peer_worker.py"), engine, str(model), "--shape",
                       ",".join(map(str, shape))]
        else:
            command = [str(arguments.worker), str(model), "--batch", str(shape[0])]
            command += ["--no-counts"] if engine == UNCOUNTED else []
        command += ["--input", str(batch), "--threads", str(threads)]
        self._output = pathlib.Path(directory) / f"{engine}.out"
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.loaded = self._answer()
        self.wall, self.cpu = [], []

    def _answer(self):
        line = self._process.stdout.readline()
        if not line:
            sys.exit(f"{self.engine} ended: exit code {self._process.wait()}")
        return json.loads(line)

    def ask(self, command):
        print(command, file=self._process.stdin, flush=True)
        return self._answer()

    def run(self, runs):
        times = self.ask(f"run {runs}")
        self.wall += times["wall"]
        self.cpu += times["cpu"]

    def output(self):
        shape = self.ask(f"output {self._output}")["shape"]
        return numpy.fromfile(self._output, numpy.float32).reshape(shape)

    def close(self):
        self._process.stdin.close()
        self._process.wait()


def disagreement(ours, theirs):
    """Why two outputs are not the same result; None where they are."""
    if ours.shape != theirs.shape:
        return f"shape {ours.shape}, expected {theirs.shape}"
    scale = numpy.abs(theirs).max()
    if not scale > 0 or theirs.std() == 0:
        return "the peer's output is constant: nothing is compared"
    error = numpy.abs(ours - theirs).max() / scale
    return None if error <= TOLERANCE else f"differs by {error:.1e} of the largest element"


def measure(engines, arguments, name, shape, threads, batch):
    """Rows by engine, and what is wrong with the outputs."""
    model = arguments.models_dir / f"{name}.onnx"
    with tempfile.TemporaryDirectory() as directory:
        workers = [Worker(engine, arguments, model, [batch, *shape], threads, directory) for engine in engines]
        outputs = {worker.engine: worker.output() for worker in workers}
        wrong = [f"{engine}: {why}" for engine in engines[1:]
                 if (why := disagreement(outputs[OURS], outputs[engine]))]
        first = [worker.run(1) for worker in workers] and workers[0].wall.pop()
        runs = max(1, min(20, round(0.05 / first)))
        for _ in range(max(3, round(arguments.seconds / len(workers) / runs / first))):
            for worker in workers:
                worker.run(runs)
        rows = {}
        for worker in workers:
            rows[worker.engine] = {
                "best_ms": 1e3 * min(worker.wall), "median_ms": 1e3 * statistics.median(worker.wall),
                "cpu_ms": 1e3 * min(worker.cpu), "load_s": worker.loaded["load"],
                "trial_s": worker.loaded.get("trial"), "imported_bytes": worker.loaded.get("imported_bytes", 0),
                **worker.ask("memory")}
            if "macs" in worker.loaded:
                rows[worker.engine]["gflops"] = 2e-9 * worker.loaded["macs"] * batch / min(worker.wall)
            worker.close()
    return rows, wrong


def report(name, threads, batch, rows, peak):
    print(f"\n{name}, {threads} thread{'s' * (threads > 1)}, batch {batch}")
    print(f"  {'':20} {'best ms':>9} {'median':>9} {'CPU ms':>9} {'ratio':>6} {'CPU r.':>6} {'load s':>7} {'peak MB':>8}")
    ours = rows[OURS]
    for engine, row in rows.items():
        print(f"  {engine:20} {row['best_ms']:9.2f} {row['median_ms']:9.2f} {row['cpu_ms']:9.2f} "
              f"{row['best_ms'] / ours['best_ms']:6.2f} {row['cpu_ms'] / ours['cpu_ms']:6.2f} "
              f"{row['load_s']:7.2f} {(row['peak_bytes'] - row['imported_bytes']) / 1e6:8.0f}")
    print(f"  {ours['gflops']:.0f} GFLOP/s of multiply-adds as in the definition of convolution: "
          f"{ours['gflops'] / peak / threads:.0%} of the measured peak; once it served, batch sizes were tried for "
          f"{ours['trial_s']:.2f} s", flush=True)


def summarize(results, engines):
    print("\nWall time of the best run over ours, geometric mean over the models")
    settings = sorted({(threads, batch) for _, threads, batch in results})
    for threads, batch in settings:
        chosen = {name: rows for (name, *setting), rows in results.items() if setting == [threads, batch]}
        for engine in engines[1:]:
            ratios = {name: rows[engine]["best_ms"] / rows[OURS]["best_ms"] for name, rows in chosen.items()}
            mean = math.exp(statistics.fmean(math.log(ratio) for ratio in ratios.values()))
            lowest = min(ratios, key=ratios.get)
            print(f"  threads {threads}, batch {batch}: {engine:20} {mean:5.2f}   "
                  f"lowest {ratios[lowest]:.2f} ({lowest}), {len(ratios)} models")


def parse(models):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--worker", type=pathlib.Path, required=True, help="engine_worker")
    parser.add_argument("--models-dir", type=pathlib.Path, required=True, help="as export_models.py made it")
    parser.add_argument("--models", default="", help="which, comma-separated; default: all")
    parser.add_argument("--threads", default="1,2", help="default: 1,2")
    parser.add_argument("--batches", default="1,8", help="default: 1,8")
    parser.add_argument("--engines", default=",".join((UNCOUNTED, *PEERS)),
                        help=f"to compare {OURS} with; default: all")
    parser.add_argument("--seconds", type=float, default=12, help="about how long one setting is measured")
    parser.add_argument("--quick", action="store_true", help="1 thread and batch 1 for 3 seconds each")
    parser.add_argument("--json", type=pathlib.Path, help="also write all figures to this file")
    arguments = parser.parse_args()
    if arguments.quick:
        arguments.threads, arguments.batches, arguments.seconds = "1", "1", 3
    arguments.models = arguments.models.split(",") if arguments.models else list(models)
    if unknown := set(arguments.models) - set(models):
        parser.error(f"unknown model {', '.join(sorted(unknown))}; known: {', '.join(models)}")
    return arguments


def main():
    # What export_models.py printed: names and shapes.
    models = {name: [int(extent) for extent in shape.split(",")]
              for name, shape in (line.split() for line in sys.stdin)}
    arguments = parse(models)
    engines = [OURS, *filter(None, arguments.engines.split(","))]
    with tempfile.TemporaryDirectory() as directory:
        probe = next(iter(arguments.models))
        worker = Worker(OURS, arguments, arguments.models_dir / f"{probe}.onnx", [1, *models[probe]], 1, directory)
        peak = worker.ask("peak")["gflops"]
        worker.close()
    print(f"multiply-adds in registers: {peak:.0f} GFLOP/s a core")
    results, passed, failed = {}, 0, 0
    for threads in map(int, arguments.threads.split(",")):
        for batch in map(int, arguments.batches.split(",")):
            for name in arguments.models:
                rows, wrong = measure(engines, arguments, name, models[name], threads, batch)
                results[name, threads, batch] = rows
                report(name, threads, batch, rows, peak)
                for why in wrong:
                    print(f"  FAIL {why}", flush=True)
                failed += len(wrong)
                passed += len(engines) - 1 - len(wrong)
    summarize(results, engines)
    if arguments.json:
        arguments.json.write_text(json.dumps(
            [{"model": name, "threads": threads, "batch": batch, "engines": rows}
             for (name, threads, batch), rows in results.items()], indent=1))
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
