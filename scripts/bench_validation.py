"""`just bench-validation`: our validator beside HL7's and others, on the same files in the same run; a table in Markdown.

Files a CPU second: texts in memory, three passes in one process, of which the last counts (HL7's: `oracle.sh --bench 3`).
Ours count line and column of an issue when they are first asked for, HL7's always do: a row of its own says what it takes
to ask for all of them.
Speeds of one machine only: the ratio is what can be compared. Run it when nothing else does.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "scripts/oracle"), str(ROOT / "scripts/benches")]

import samples  # noqa: E402
from bundles import bundle  # noqa: E402
from verdicts import SHARED  # noqa: E402

from fhir_case import Case, ValidationSettings, Validator, dumps  # noqa: E402

PASSES = 3
STARTS = {
    "base R4": ('{"resourceType": "Patient", "id": "a", "birthDate": "1970-01-01"}', (), "under 5 s / 0.5 s"),
    "US Core": (
        '{"resourceType": "Patient", "id": "a", "gender": "female", "name": [{"family": "A"}], "identifier": '
        '[{"system": "http://example.org", "value": "1"}], "meta": {"profile": '
        '["http://hl7.org/fhir/us/core/StructureDefinition/us-core-patient"]}}',
        (samples.US_CORE,),
        "under 15 s / 1.5 s",
    ),
}
"""The resource of the first verdict, the packages, and the goal (caches cold / warm)."""

PEERS = {
    "pyrofile-validator": ["pyrofile-validator==0.3.0"],
    "fhir.resources": ["fhir.resources==8.3.0"],
    "fhircraft": ["fhircraft==0.9.0", "pint==0.24.4"],
}


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=600, help="how many of HL7's examples (600, always the same)")
    parser.add_argument("--all", action="store_true", help="all of HL7's examples")
    parser.add_argument("--entries", type=int, nargs=2, default=(500, 50_000), help="entries of the two bundles")
    parser.add_argument("--only", choices=SECTIONS, action="append", help="only these parts")
    asked = parser.parse_args()
    print(f"load of the machine at the start: {os.getloadavg()[0]:.1f}", file=sys.stderr)
    print("| what | ours | HL7's validator | ours : HL7's | goal |\n| --- | ---: | ---: | ---: | --- |")
    for name in asked.only or SECTIONS:
        for cells in SECTIONS[name](asked):
            print(f"| {' | '.join(cells)} |", flush=True)


Row = tuple[str, str, str, str, str]


def examples(asked: Any) -> Iterator[Row]:
    """HL7's examples: all together, and each beside HL7's time for it."""
    files = samples.examples()
    files = files if asked.all else samples.some(files, asked.files)
    validator = Validator()
    mine, their = ours(files, validator.validate), theirs(files)
    yield speeds(f"examples of R4, {len(files)} files", mine, their, "50 : 1")
    with_places = ours(files, lambda text: [one.place and one.place.line for one in validator.validate(text).issues])
    yield speeds("the same, line and column of every issue asked for", with_places, their, "")
    yield slowest(with_places, each_of_theirs(files))


def packages(_asked: Any) -> Iterator[Row]:
    """Documents of IPS, and the examples of US Core, each with its package."""
    with TemporaryDirectory() as made:
        files = sorted((SHARED / "data/ips-bundles").glob("*.json"))
        for case in sorted((ROOT / "fixtures/cases").glob("*/case.yaml")):
            file = Path(made, f"{case.parent.name}.json")
            file.write_text(dumps(Case.load(case).to_bundle("document")), "utf-8")
            files.append(file)
        options = ("--ig", samples.IPS, "--profile", samples.IPS_DOCUMENT)
        mine = ours(files, Validator(packages=[samples.IPS], profiles=[samples.IPS_DOCUMENT]).validate)
        yield speeds(f"IPS documents, {len(files)} files", mine, theirs(files, *options), "20 : 1")
    files = samples.examples_of(samples.US_CORE)
    mine = ours(files, Validator(packages=[samples.US_CORE]).validate)
    yield speeds(f"examples of US Core, {len(files)} files", mine, theirs(files, "--ig", samples.US_CORE), "20 : 1")


def ours(files: list[Path], judge: Callable[[str], object]) -> dict[Path, float]:
    """CPU seconds for each file, of the last pass."""
    texts = {file: file.read_text("utf-8") for file in files}
    taken: dict[Path, float] = {}
    for _ in range(PASSES):
        for file, text in texts.items():
            start = time.process_time()
            judge(text)
            taken[file] = time.process_time() - start
    return taken


def theirs(files: list[Path], *options: str) -> float:
    """HL7's validator: CPU seconds of the last pass."""
    said = oracle(files, "--bench", str(PASSES), *options)
    return float(re.findall(rf"^pass {PASSES}: .* ([\d.]+) cpu-s", said, re.MULTILINE)[0])


def each_of_theirs(files: list[Path]) -> dict[Path, float]:
    """HL7's validator: CPU seconds for each file, the last of as many times in one process."""
    lines = [json.loads(line) for line in oracle(files * PASSES).splitlines()]
    return {Path(one["file"]): one["cpu_ms"] / 1000 for one in lines}


def oracle(files: list[Path], *options: str) -> str:
    """What the oracle prints."""
    done = subprocess.run(
        ["bash", str(SHARED / "oracle/oracle.sh"), *options, "-"],
        input="".join(f"{file}\n" for file in files), capture_output=True, text=True, check=True,
    )  # fmt: skip
    return done.stdout


def speeds(what: str, mine: dict[Path, float], their: float, goal: str) -> Row:
    """Files a CPU second."""
    taken = sum(mine.values())
    return what, f"{len(mine) / taken:.0f} a s", f"{len(mine) / their:.1f} a s", f"{their / taken:.1f} : 1", goal


def slowest(mine: dict[Path, float], their: dict[Path, float]) -> Row:
    """The file on which we are worst beside HL7's."""
    worst = min(mine, key=lambda file: their[file] / mine[file])
    a, b = mine[worst], their[worst]
    return (
        f"the file we are worst at ({worst.name})",
        f"{a * 1000:.1f} ms",
        f"{b * 1000:.1f} ms",
        f"{b / a:.1f} : 1",
        "1 : 1",
    )


def starts(_asked: Any) -> Iterator[Row]:
    """From the start of a process to its first verdict; memory before any input."""
    used = 0.0
    for name, (text, wanted, goal) in STARTS.items():
        with TemporaryDirectory() as made:
            file = Path(made, "resource.json")
            file.write_text(text, "utf-8")
            runs = [started(file, wanted, Path(made, "cache")) for _ in range(4)]
        warm = min(run["seconds"] for run in runs[1:])
        yield f"first verdict, {name}: caches cold / warm", f"{runs[0]['seconds']:.2f} s / {warm:.2f} s", "", "", goal
        used = runs[-1]["before"]
    yield "memory with US Core, before input", f"{used:.0f} MB", "", "", "under 250 MB"


def started(file: Path, wanted: tuple[str, ...], cache: Path) -> dict[str, float]:
    """What a new process needs."""
    done = subprocess.run(
        [sys.executable, str(ROOT / "scripts/benches/starts.py"), str(file), *wanted],
        env=os.environ | {"FHIR_CASE_CACHE": str(cache), "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE, text=True, check=True,
    )  # fmt: skip
    made: dict[str, float] = json.loads(done.stdout)
    return made


def bundles(asked: Any) -> Iterator[Row]:
    """What an entry costs in a small bundle and in a large one."""
    validator = Validator(settings=ValidationSettings(max_issues=100_000_000))
    few, many = asked.entries
    cost = {}
    for size, rounds in ((few, 7), (many, 1)):
        text = bundle(SHARED / "data/synthea/patient-00.json", size)
        taken = []
        for _ in range(rounds):
            start = time.process_time()
            validator.validate(text)
            taken.append((time.process_time() - start) / size)
        cost[size] = sorted(taken[1:] or taken)[len(taken[1:]) // 2]
    told = " / ".join(f"{one * 1e6:.0f} µs" for one in cost.values())
    factor = f"{cost[many] / cost[few]:.2f} times"
    yield f"an entry of a bundle with {few:,} / {many:,} entries", told, "", factor, "within 1.3 times"


def peers(asked: Any) -> Iterator[Row]:
    """Other Python packages on the same examples, each in an environment of its own."""
    files = samples.some(samples.examples(), asked.files)
    for name, wanted in PEERS.items():
        given = [word for one in wanted for word in ("--with", one)]
        try:
            done = subprocess.run(
                ["uv", "run", "--quiet", "--no-project", *given, "python", str(ROOT / "scripts/benches/peers.py"), name],
                input="".join(f"{file}\n" for file in files), capture_output=True, text=True, check=True, timeout=600,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            yield f"{wanted[0]}, the same examples", f"under {3 * len(files) / 600:.1f} a s (stopped)", "", "", "peer"
            continue
        except subprocess.CalledProcessError as error:
            yield f"{wanted[0]}", f"not run: {error.stderr.strip().splitlines()[-1][:80]}", "", "", "peer"
            continue
        said = json.loads(done.stdout.splitlines()[-1])
        told = f"{said['files'] / said['seconds']:.0f} a s"
        yield f"{name} {said['version']}, the same examples ({said['unjudged']} not judged)", told, "", "", "peer"


SECTIONS = {"examples": examples, "packages": packages, "starts": starts, "bundles": bundles, "peers": peers}

if __name__ == "__main__":
    main()
