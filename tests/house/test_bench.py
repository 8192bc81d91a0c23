"""`just bench` runs, and prints each figure in the machine's unit, with its goal."""

import re
import sys
from pathlib import Path

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


def test_the_bench_of_the_validator_prints_a_table_with_goals(shared: Path) -> None:
    done = run(
        sys.executable, "scripts/bench_validation.py", "--only", "bundles", "--entries", "3", "30",
        cwd=ROOT, PYTHONPATH=str(ROOT),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert re.search(
        r"^\| an entry of a bundle with 3 / 30 entries \| \d+ µs / \d+ µs \|  \| [\d.]+ times \| within 1.3 times \|$",
        done.stdout, re.M,
    )  # fmt: skip
