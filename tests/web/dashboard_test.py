# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The reluserve authors

"""The dashboard in headless Chromium, against the real server.

usage: dashboard_test.py BUILD-DIRECTORY [SCREENSHOT-DIRECTORY]
Ends with "N passed, N failed".
"""

import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import traceback

from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

SAMPLES = sorted(pathlib.Path(__file__).parents[2].glob("client/samples/*.png"))
PATIENCE_S = 60


class Server:
    """The server; the first one takes free ports, and those after it the same again."""

    def __init__(self, build, state):
        self._build, self._state = build, state
        self._grpc, self.http = "127.0.0.1:0", "127.0.0.1:0"

    def start(self):
        self._process = subprocess.Popen(
            [self._build / "server/reluserve", "--grpc-address", self._grpc, "--http-address", self.http,
             "--state-dir", self._state], stderr=subprocess.PIPE, text=True)
        for line in self._process.stderr:
            for kind, port in re.findall(r"(grpc|http)_listening .*port=(\d+)", line):
                setattr(self, "http" if kind == "http" else "_grpc", f"127.0.0.1:{port}")
            if "grpc_listening" in line:
                threading.Thread(target=self._process.stderr.read, daemon=True).start()
                return
        raise RuntimeError("the server did not start")

    def stop(self):
        self._process.terminate()
        assert self._process.wait(timeout=PATIENCE_S) == 0

    def reluctl(self, *arguments):
        return subprocess.run([self._build / "client/reluctl", "--server", self._grpc, *map(str, arguments)],
                              check=False, capture_output=True, text=True, timeout=PATIENCE_S)

    def infer(self, times=1):
        for _ in range(times):
            assert self.reluctl("infer", "digits", *SAMPLES).returncode == 0


class Page:
    def __init__(self, url):
        options = Options()
        for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
                         "--hide-scrollbars"):
            options.add_argument(argument)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        self.driver = webdriver.Chrome(service=Service(shutil.which("chromedriver")), options=options)
        self.url = url

    def open(self):
        self.driver.get(self.url)

    def text(self, element):
        return self.driver.find_element(By.ID, element).text

    def wait(self, condition, what):
        WebDriverWait(self.driver, PATIENCE_S).until(lambda _: condition(), f"waited for {what}")

    def layers(self):
        """For each layer, inactive and elements, all read at one moment."""
        return dict(self.driver.execute_script(
            "return [...document.querySelectorAll('#layers tbody tr')].map(row => "
            "[row.dataset.row, [row.children[2].dataset.inactive, row.children[2].dataset.elements].join('/')])"))

    def severe(self):
        return [entry for entry in self.driver.get_log("browser") if entry["level"] == "SEVERE"]

    def size(self, width, height):
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride",
                                    {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600})

    def scheme(self, name):
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia",
                                    {"features": [{"name": "prefers-color-scheme", "value": name}]})


def expected_layers(server):
    report = json.loads(server.reluctl("-o", "json", "sparsity", "digits").stdout)
    return {layer["name"]: f'{layer["inactive"]}/{layer["elements"]}' for layer in report["layers"]}


def loads_without_errors(page, server):
    page.open()
    page.wait(lambda: page.text("status") == "ready", "the first snapshot")
    assert "no request" in page.text("layers-empty").lower()
    assert page.severe() == [], page.severe()


def shows_the_figures_of_the_rpc(page, server):
    server.infer(12)
    expected = expected_layers(server)
    assert len(expected) == 7
    page.wait(lambda: page.layers() == expected, f"{expected}, have {page.layers()}")
    page.wait(lambda: page.driver.find_elements(By.CSS_SELECTOR, "#channels span"), "the channels")
    dead = json.loads(server.reluctl("-o", "json", "sparsity", "digits", "--dead").stdout)
    count = sum(channel["dead"] for channel in dead["channels"])
    page.wait(lambda: page.text("dead-count") == str(count), f"{count} dead channels")


def updates_while_load_runs(page, server):
    seen = set()
    for _ in range(3):
        server.infer()
        expected = expected_layers(server)
        page.wait(lambda: page.layers() == expected, "the new figures")
        seen.add(page.layers()["stem/relu"])
    assert len(seen) == 3
    assert page.text("samples-rate") not in ("–", "0/s"), page.text("samples-rate")


def chooses_a_layer_by_keyboard(page, server):
    button = page.driver.find_element(By.CSS_SELECTOR, 'button[data-layer="block2/relu1"]')
    button.send_keys(Keys.ENTER)
    page.wait(lambda: page.text("channels-layer") == "block2/relu1", "the layer's channels")
    assert len(page.driver.find_elements(By.CSS_SELECTOR, "#channels span")) == 32
    page.driver.find_element(By.ID, "channels").send_keys(Keys.ARROW_RIGHT, Keys.ARROW_RIGHT)
    page.wait(lambda: page.text("channel-detail").startswith("Channel 2 of 32"), "channel 2")


def chooses_a_window(page, server):
    page.driver.find_element(By.CSS_SELECTOR, 'input[value="1m"]').send_keys(Keys.SPACE)
    page.wait(lambda: page.driver.execute_script("return state.last.window") == "1m", "the window")
    page.driver.find_element(By.CSS_SELECTOR, 'input[value="load"]').send_keys(Keys.SPACE)
    page.wait(lambda: page.driver.execute_script("return state.last.window") == "load", "the window")


def raises_the_drift_alarm(page, server):
    assert server.reluctl("sparsity", "digits", "--set-baseline").returncode == 0
    page.wait(lambda: page.text("drift-count") == "none", "no drift")
    assert server.reluctl("sparsity", "digits", "--reset").returncode == 0
    assert server.reluctl("infer", "digits", "--random", "--batch", "100").returncode == 0
    page.wait(lambda: "drifts" in page.text("alarm"), "the alarm")


def survives_a_restart(page, server):
    before = expected_layers(server)
    server.stop()
    page.wait(lambda: "no connection" in page.text("status"), "the loss to be shown")
    server.start()
    page.wait(lambda: page.text("status") == "ready", "the server to be found again")
    page.wait(lambda: page.layers() == before, "the counts from before")
    server.infer()
    expected = expected_layers(server)
    page.wait(lambda: page.layers() == expected, "new figures after the restart")
    # Requests that failed while the server was away are no fault of the page.
    assert all("ERR_" in entry["message"] for entry in page.severe())


def fits_every_width(page, server):
    for width in (360, 768, 1280):
        page.size(width, 900)
        overflow = page.driver.execute_script(
            "return document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert overflow <= 0, f"{overflow} pixels too wide at {width}"


def take_screenshots(page, directory):
    directory.mkdir(parents=True, exist_ok=True)
    for scheme in ("light", "dark"):
        page.scheme(scheme)
        for name, width in (("desktop", 1280), ("phone", 390)):
            page.size(width, 900)
            time.sleep(2)  # until it is drawn at this size: for people, nothing is tested here
            height = page.driver.execute_script("return document.documentElement.scrollHeight")
            page.size(width, height)
            page.driver.save_screenshot(str(directory / f"dashboard_{name}_{scheme}.png"))


TESTS = [loads_without_errors, shows_the_figures_of_the_rpc, updates_while_load_runs, chooses_a_layer_by_keyboard,
         chooses_a_window, fits_every_width, raises_the_drift_alarm, survives_a_restart]


def main():
    build = pathlib.Path(sys.argv[1]).resolve()
    failed = 0
    with tempfile.TemporaryDirectory() as state:
        server = Server(build, state)
        server.start()
        page = Page(f"http://{server.http}/")
        try:
            for test in TESTS:
                try:
                    test(page, server)
                    print(f"passed {test.__name__}")
                except Exception:  # each is a case of its own
                    failed += 1
                    print(f"FAILED {test.__name__}\n{traceback.format_exc()}")
            if len(sys.argv) > 2:
                server.infer(10)
                take_screenshots(page, pathlib.Path(sys.argv[2]))
        finally:
            page.driver.quit()
            server.stop()
    print(f"{len(TESTS) - failed} passed, {failed} failed")
    return 1 if failed else 0


sys.exit(main())
