# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The reluserve authors
"""The real server and reluctl, for the checks written in Python."""

import json
import re
import subprocess
import threading


class Server:
    """The server on a free port, for the time of a `with` block."""

    def __init__(self, build, repository):
        self._command = [str(build / "server/reluserve"), "--grpc-address", "127.0.0.1:0", "--http-address", "off",
                         "--model-repository", str(repository)]
        self._reluctl = str(build / "client/reluctl")

    def __enter__(self):
        self._process = subprocess.Popen(self._command, stderr=subprocess.PIPE, text=True)
        log = []
        for line in self._process.stderr:
            log.append(line)
            found = re.search(r"grpc_listening .*port=(\d+)", line)
            if found:
                self._address = f"127.0.0.1:{found[1]}"
                # A full pipe would stop the server.
                threading.Thread(target=self._process.stderr.read, daemon=True).start()
                return self
        raise RuntimeError("the server did not start:\n" + "".join(log))

    def __exit__(self, *_):
        self._process.terminate()
        self._process.wait(timeout=60)

    def call(self, *arguments):
        """What reluctl answers, as JSON."""
        result = subprocess.run(
            [self._reluctl, "--server", self._address, "--timeout", "300", "--output", "json", *map(str, arguments)],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        assert result.returncode == 0, result.stderr.strip()
        return json.loads(result.stdout)

    def infer(self, model, *arguments):
        """The answer to one `reluctl infer`, as its JSON has it."""
        return self.call("infer", model, *arguments)["requests"][0]
