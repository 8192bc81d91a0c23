"""`just bench` runs, and prints each figure in the machine's unit, with its goal."""

import re
import sys

from checkout import ROOT, run

GOALS = {
    "case -> transaction bundle": "at least 400, aim 600",
    "bundle -> case": "at least 200, aim 300",
    "Case.load": "under 60 ms",
    "import fhir_case": "under 0.1 s",
    "from fhir_case import Case": "under 0.35 s",
    "fhir-case --help": "under 0.5 s",
}
"""What the design asks for (design.md, 8, and the first issue)."""


def test_the_bench_prints_every_figure_in_units_beside_its_goal() -> None:
    done = run(
        sys.executable,
        "scripts/bench.py",
        "--rounds",
        "1",
        "--seconds",
        "0",
        "--no-examples",
        cwd=ROOT,
        PYTHONPATH=str(ROOT),
    )
    assert done.returncode == 0, done.stderr
    assert re.search(r"one unit of this machine is \d+\.\d\d ms", done.stdout)
    assert "garbage collector on" in done.stdout
    for name, goal in GOALS.items():
        number = r" +[\d.]+ (cases/s|ms|s) +[\d.e+]+ +"
        assert re.search(rf"^  {re.escape(name)}{number}{re.escape(goal)}$", done.stdout, re.M), name
    assert re.search(r"^  ours : peer +[\d.]+ : 1$", done.stdout, re.M)
