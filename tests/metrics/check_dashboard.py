# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The reluserve authors

"""Checks that the metrics which Grafana's dashboard and Prometheus's rules ask for are in the catalogue.

usage: check_dashboard.py README.md rules.yml dashboard.json
Ends with "N passed, N failed": one case for each expression.
"""

import json
import re
import sys


def catalogue(readme):
    """The metrics of the README's table, with the series that histograms have."""
    names = set()
    for name, kind in re.findall(r"^\| `((?:reluserve|process)_\w+)` \| (\w+)", readme, re.MULTILINE):
        names.update({name + "_bucket", name + "_sum", name + "_count"} if kind == "histogram" else {name})
    return names


def expressions(panels):
    for panel in panels:
        for target in panel["targets"]:
            yield f'panel "{panel["title"]}"', target["expr"]


def main():
    readme, rules, dashboard = (open(path, encoding="utf-8").read() for path in sys.argv[1:4])
    known = catalogue(readme)
    cases = list(expressions(json.loads(dashboard)["panels"]))
    cases += [("rules.yml", text) for text in re.findall(r"expr: (?:>-\n)?((?:.|\n)*?)\n +(?:-|labels|for|record)", rules)]
    failed = 0
    for where, expression in cases:
        used = set(re.findall(r"(?<![\w:])((?:reluserve|process)_\w+)", re.sub(r'"[^"]*"', "", expression)))
        # An expression of recorded series (with colons) names no metric by itself.
        missing = used - known if used or ":" in expression else {"any metric"}
        if missing and not expression.startswith("up"):
            failed += 1
            print(f"FAILED {where}: {', '.join(sorted(missing))} not in the catalogue: {expression}")
    print(f"{len(cases) - failed} passed, {failed} failed")
    return 1 if failed or len(cases) < 20 else 0


sys.exit(main())
