"""full.py: how far we agree with HL7's validator on everything there is: cases, examples, packages, mutants.

    python scripts/oracle/full.py [--mutants 5000] [--seed N] [--only cases|examples|packages|mutants]

Prints the agreement of each part; ends with 1 where one is below its goal. The oracle's answers are kept, so that only the
first time is long: an hour, nearly all of it Java's.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import samples
from verdicts import SHARED

HERE = Path(__file__).parent
PACKAGES = (
    samples.IPS, str(SHARED / "data/ig-packages/ips_v110.tgz"), samples.US_CORE,
    str(SHARED / "data/ig-packages/us_core_311.tgz"), "hl7.fhir.us.mcode@4.0.0", "hl7.fhir.uv.genomics-reporting@3.0.0",
    "hl7.fhir.uv.sdc@4.0.0-ballot",
)  # fmt: skip


BESIDE = {"hl7.fhir.us.mcode@4.0.0": (samples.US_CORE,)}
"""What the profiles of a package stand on, loaded beside it on both sides; of others it is not needed."""


def main() -> None:
    """Run the parts."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mutants", type=int, default=5000, help="about how many, half of them against packages")
    parser.add_argument("--seed", default="full")
    parser.add_argument("--only", action="append", choices=PARTS)
    asked = parser.parse_args()
    bad = []
    for name in asked.only or PARTS:
        for what, status in PARTS[name](asked):
            bad += [what] if status else []
    if bad:
        raise SystemExit(f"below the goal: {', '.join(bad)}")


Part = Iterator[tuple[str, int]]
"""What was looked at, and the exit status of the script that did."""


def cases(_asked: Any) -> Part:
    """HL7's published cases."""
    for name, goal in (("cases", 96), ("cases-from-xml", 97)):
        records = SHARED / f"validator-cases/{name}.jsonl"
        with TemporaryDirectory() as made:
            predictions = Path(made, "predictions.jsonl")
            said = subprocess.run(
                [sys.executable, HERE / "run_cases.py", records], check=True, stdout=subprocess.PIPE, text=True
            )
            predictions.write_text(said.stdout, "utf-8")
            score = [sys.executable, SHARED / "validator-cases/score.py", records, predictions, "--list"]
            told = subprocess.run(score, check=True, stdout=subprocess.PIPE, text=True).stdout
        print(f"\n== {name}\n{told}", flush=True)
        share = next(line.split()[3] for line in told.splitlines() if line.startswith("all "))
        yield name, float(share.rstrip("%")) < goal


def examples(_asked: Any) -> Part:
    """All of HL7's examples."""
    yield "examples", compare("examples", samples.examples(), (), 99)


def packages(_asked: Any) -> Part:
    """The examples of each package."""
    for name in PACKAGES:
        told = Path(name).stem if name.endswith(".tgz") else name
        yield told, compare(told, samples.examples_of(name), (name, *BESIDE.get(name, ())), 98)


def mutants(asked: Any) -> Part:
    """Mutants of examples of all types, and of the examples of packages."""
    base = samples.of_each_type(samples.examples(), asked.mutants // 2 // 5)
    yield "mutants of R4", mutated("mutants of R4", base, (), asked.seed)
    for name in PACKAGES:
        files = samples.of_each_type(samples.examples_of(name), asked.mutants // 2 // len(PACKAGES) // 5)
        told = f"mutants of {Path(name).stem if name.endswith('.tgz') else name}"
        yield told, mutated(told, files, (name,), asked.seed)


def mutated(what: str, files: list[Path], packages: tuple[str, ...], seed: str) -> int:
    """Mutants of these files, five of each that is valid, compared kind by kind."""
    with TemporaryDirectory() as made:
        listed = Path(made, "list")
        listed.write_text("".join(f"{file}\n" for file in files if file.stat().st_size < 100_000), "utf-8")
        options = [word for one in packages for word in ("--package", one)]
        script = [sys.executable, HERE / "mutate.py", "--seed", seed, "--out", Path(made, "mutants"), "--if-valid"]
        subprocess.run([*script, *options, f"@{listed}"], check=True)
        return compare(what, [], packages, 97, "--manifest", str(Path(made, "mutants/manifest.jsonl")))


def compare(what: str, files: list[Path], packages: tuple[str, ...], goal: int, *options: str) -> int:
    """`compare.py`: its exit status."""
    print(f"\n== {what}", flush=True)
    words = [word for one in packages for word in ("--package", one)]
    with TemporaryDirectory() as made:
        listed = Path(made, "list")
        listed.write_text("".join(f"{file}\n" for file in files), "utf-8")
        script = [sys.executable, HERE / "compare.py", "--at-least", str(goal)]
        return subprocess.run([*script, *words, *options, f"@{listed}"], check=False).returncode


PARTS = {"cases": cases, "examples": examples, "packages": packages, "mutants": mutants}

if __name__ == "__main__":
    main()
