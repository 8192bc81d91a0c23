"""`just bench`: what the seed case costs, in CPU time.

Everything is measured on one core, the best of several rounds, with the garbage collector on, as users have it. Beside
each figure stands what it costs in the machine's unit, the time of a fixed loop of plain Python measured in the same
rounds: figures in units can be compared between machines, and between hours of a noisy one. The same bundle through
the models of fhir.resources is the peer.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path

from fhir.resources.R4B.bundle import Bundle

from fhir_case import Case, as_model, dumps, loads
from fhir_case.api.models import LeftOut
from fhir_case.json import Json

ROOT = Path(__file__).resolve().parent.parent
SEED = ROOT / "fixtures/cases/juvenile-dermatomyositis-calcinosis/case.yaml"


def main() -> None:
    """Print the figures."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--case", type=Path, default=SEED, help="the case to measure with (the seed case)")
    options.add_argument("--rounds", type=int, default=7, help="rounds, of which the best counts (7)")
    options.add_argument("--seconds", type=float, default=0.4, help="CPU seconds for each figure in each round (0.4)")
    chosen = options.parse_args()
    print_speeds(chosen.case, chosen.rounds, chosen.seconds)
    print_starts(chosen.rounds)


# --- speed ------------------------------------------------------------------------------------------------------------


def unit() -> None:
    """The fixed loop. Never to be changed: old figures could not be compared any more."""
    table: dict[str, list[int]] = {}
    for number in range(20_000):
        table.setdefault(f"key-{number % 127}", []).append(number)
    sorted(table.items(), key=lambda pair: sum(pair[1]))


def best(works: dict[str, Callable[[], object]], rounds: int, at_least: float) -> dict[str, float]:
    """CPU seconds for one run of each work: the best of the rounds. In each round all take their turn."""
    found = dict.fromkeys(works, float("inf"))
    for work in works.values():
        work()  # what is made on first use is made before
    for _ in range(rounds):
        for name, work in works.items():
            start, runs = time.process_time(), 0
            while not runs or time.process_time() - start < at_least:
                work()
                runs += 1
            found[name] = min(found[name], (time.process_time() - start) / runs)
    return found


def print_speeds(path: Path, rounds: int, at_least: float) -> None:
    """The seed case to a bundle, back, and through the peer."""
    case = Case.load(path)
    bundle = case.to_bundle("transaction")
    peers = for_peer(bundle)
    found = best(
        {
            "unit": unit,
            "build": lambda: case.to_bundle("transaction"),
            "read": lambda: Case.from_bundle(bundle),
            "load": lambda: Case.load(path),
            "text": lambda: dumps(case.to_bundle("transaction")),
            "peer": lambda: Bundle.model_validate(peers).model_dump_json(),
        },
        rounds,
        at_least,
    )
    one = found["unit"]
    print(f"{path.parent.name}: {len(list(case.entries()))} items, {len(bundle['entry'])} resources")
    print(f"the best of {rounds} rounds, garbage collector on; one unit of this machine is {one * 1000:.2f} ms\n")
    print(f"  {'':36}{'':>16}{'units':>9}   goal")
    for name, what, goal in (
        ("build", "case -> transaction bundle", "at least 400, aim 600"),
        ("read", "bundle -> case", "at least 200, aim 300"),
        ("load", "Case.load", "under 60 ms"),
        ("text", "case -> bundle as JSON text", ""),
        ("peer", "the same through fhir.resources", "the peer: models made and written"),
    ):
        took = found[name]
        figure(what, f"{took * 1000:.1f} ms" if name == "load" else f"{1 / took:.0f} cases/s", took / one, goal)
    print(f"  {'ours : peer':36}{found['peer'] / found['text']:14.1f} : 1")


def for_peer(bundle: dict[str, Json]) -> Json:
    """The bundle as the peer writes it: its Extension knows no `_value[x]`, so these are left out (in its favour)."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", LeftOut)
        return loads(as_model(bundle).model_dump_json())


HELP = "import sys; sys.argv = ['fhir-case', '--help']; from fhir_case.cli import main; main()"
STARTS = {
    "python, nothing else": ("pass", ""),
    "import fhir_case": ("import fhir_case", "under 0.1 s"),
    "from fhir_case import Case": ("from fhir_case import Case", "under 0.35 s"),
    "  of which pydantic with one model": ("from pydantic import BaseModel; type('A', (BaseModel,), {})", ""),
    "  and the seed case loaded and built": (f"from fhir_case import Case; Case.load({str(SEED)!r}).to_bundle()", ""),
    "from fhir_case import FHIRClient": ("from fhir_case import FHIRClient", ""),
    "fhir-case --help": (HELP, "under 0.5 s"),
}


def print_starts(rounds: int) -> None:
    """What it costs to start."""
    found = dict.fromkeys(STARTS, float("inf"))
    one = float("inf")
    for _ in range(rounds):
        one = min(one, best({"unit": unit}, 1, 0.1)["unit"])
        for name, (code, _goal) in STARTS.items():
            found[name] = min(found[name], cpu_of(code))
    print()
    for name, (_code, goal) in STARTS.items():
        figure(name, f"{found[name]:.3f} s", found[name] / one, goal)


def cpu_of(code: str) -> float:
    """CPU seconds, of user and system, of a new Python that runs the code."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", code], check=True, stdout=subprocess.DEVNULL, cwd=ROOT)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def figure(name: str, value: str, units: float, goal: str) -> None:
    """One line of the table."""
    print(f"  {name:36}{value:>16}{units:9.3g}   {goal}".rstrip(), flush=True)


if __name__ == "__main__":
    main()
