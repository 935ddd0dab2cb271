# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The reluserve authors
"""The real server, on a free port, serving its built-in model."""

import os
import re
import subprocess
import time

MODEL = "digits"


class Unavailable(Exception):
    """The tool of this case could not be had."""


class Server:
    """Starts with the context and stops with it; expects a clean exit."""

    def __init__(self, binary, scratch):
        self.tools = None
        self.log = os.path.join(scratch, "server.log")
        self._command = [binary, "--grpc-address", "127.0.0.1:0", "--http-address", "off", "--allow-shared-memory"]
        self._process = None
        self.address = None

    def __enter__(self):
        environment = dict(os.environ, RELUSERVE_HTTP_ADDRESS="off")
        with open(self.log, "wb") as log:
            self._process = subprocess.Popen(self._command, stderr=log, env=environment)
        deadline = time.monotonic() + 60
        while self.address is None:
            with open(self.log, encoding="utf-8") as log:
                found = re.search(r"grpc_listening .*port=(\d+)", log.read())
            if found:
                self.address = f"127.0.0.1:{found.group(1)}"
            elif self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError("the server does not listen:\n" + self.log_tail())
            else:
                time.sleep(0.1)
        return self

    def __exit__(self, *_):
        self._process.terminate()
        code = self._process.wait(timeout=60)
        if code != 0:
            raise RuntimeError(f"the server ended with {code}:\n" + self.log_tail())

    def alive(self):
        return self._process.poll() is None

    def log_tail(self):
        with open(self.log, encoding="utf-8") as log:
            return "".join(log.readlines()[-20:])

    def tool(self, *path):
        return os.path.join(self.tools, *path)


def run(command, expected_code=0, timeout=180):
    """The standard output of a command; an error with all it printed where its exit code is another."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=timeout,
                          text=True, check=False)
    if done.returncode != expected_code:
        raise AssertionError(
            f"{command[0]} ended with {done.returncode}, expected {expected_code}:\n{done.stdout}")
    return done.stdout


def expect(condition, message):
    if not condition:
        raise AssertionError(message)
