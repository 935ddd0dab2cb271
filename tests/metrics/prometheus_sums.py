# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The reluserve authors

"""What Prometheus has of two replicas is, to the element, the sum of what the responses said.

Starts two servers and a Prometheus that scrapes them, sends digits-shaped random samples by 4 clients in
batches of 1, 3 and 8, and compares the sums of each layer.

usage: prometheus_sums.py BUILD-DIRECTORY
Ends with "N passed, N failed": one case for each layer and counter.
"""

import collections
import concurrent.futures
import json
import pathlib
import re
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
import urllib.request

PATIENCE_S = 120
COUNTERS = {"elements": "reluserve_layer_elements_total", "inactive": "reluserve_layer_inactive_elements_total",
            "saturated": "reluserve_layer_saturated_elements_total",
            "non_finite": "reluserve_layer_non_finite_elements_total"}


class Server:
    def __init__(self, build):
        self._process = subprocess.Popen(
            [build / "server/reluserve", "--grpc-address", "127.0.0.1:0", "--http-address", "127.0.0.1:0"],
            stderr=subprocess.PIPE, text=True)
        self.ports = {}
        for line in self._process.stderr:
            self.ports.update(re.findall(r"(grpc|http)_listening .*port=(\d+)", line))
            if len(self.ports) == 2:
                threading.Thread(target=self._process.stderr.read, daemon=True).start()
                return
        raise RuntimeError("the server did not start")

    def stop(self):
        self._process.terminate()
        self._process.wait(timeout=PATIENCE_S)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def send(build, server, number):
    """The layers of the answers that one client got."""
    layers = []
    for batch in (1, 3, 8):
        result = subprocess.run(
            [build / "client/reluctl", "--server", f"127.0.0.1:{server.ports['grpc']}", "--output", "json", "infer",
             "digits", "--random", "--batch", str(batch), "--seed", str(10 * number + batch), "--sparsity", "layers"],
            check=True, capture_output=True, text=True, timeout=PATIENCE_S)
        layers += json.loads(result.stdout)["requests"][0]["layers"]
    return layers


def query(port, expression):
    url = f"http://127.0.0.1:{port}/api/v1/query?" + urllib.parse.urlencode({"query": expression})
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            return {entry["metric"]["layer"]: int(entry["value"][1])
                    for entry in json.load(answer)["data"]["result"]}
    except OSError:
        return {}  # it is still starting


def start_prometheus(directory, servers):
    port = free_port()
    targets = [f"127.0.0.1:{server.ports['http']}" for server in servers]
    config = pathlib.Path(directory) / "prometheus.yml"
    config.write_text(json.dumps({"global": {"scrape_interval": "1s"}, "scrape_configs": [
        {"job_name": "reluserve", "static_configs": [{"targets": targets}]}]}))
    process = subprocess.Popen(
        ["prometheus", f"--config.file={config}", f"--storage.tsdb.path={directory}/data",
         f"--web.listen-address=127.0.0.1:{port}"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return process, port


def main():
    build = pathlib.Path(sys.argv[1])
    servers = [Server(build), Server(build)]
    expected = {counter: collections.Counter() for counter in COUNTERS}
    passed = failed = 0
    with tempfile.TemporaryDirectory() as directory:
        prometheus, port = start_prometheus(directory, servers)
        try:
            with concurrent.futures.ThreadPoolExecutor(4) as clients:
                answers = clients.map(lambda number: send(build, servers[number % 2], number), range(4))
                for layer in (layer for layers in answers for layer in layers):
                    for counter in COUNTERS:
                        expected[counter][layer["name"]] += layer[counter]
            deadline = time.monotonic() + PATIENCE_S
            for counter, metric in COUNTERS.items():
                got = {}
                while got != expected[counter] and time.monotonic() < deadline:
                    got = query(port, f"sum by (layer) ({metric})")
                    time.sleep(0.2)
                for layer, count in expected[counter].items():
                    same = got.get(layer) == count
                    passed, failed = passed + same, failed + (not same)
                    print(f"{'ok  ' if same else 'FAIL'} {layer} {counter}: {got.get(layer)}, expected {count}")
        finally:
            prometheus.terminate()
            prometheus.wait(timeout=PATIENCE_S)
            for server in servers:
                server.stop()
    assert sum(expected["inactive"].values()) > 0, "nothing was compared"
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


sys.exit(main())
