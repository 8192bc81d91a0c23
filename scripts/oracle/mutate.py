"""mutate.py: valid resources, each changed in one known way; the untouched original beside them.

    python scripts/oracle/mutate.py --seed N --out DIR [--each K] [--if-valid] [--package P]…
        [--profile URL]… FILES…

Writes DIR/NAME.json for each original, DIR/NAME~K~KIND.json for each mutant, and DIR/manifest.jsonl with a line for each
file: {file, source, kind, breaks, path}; `kind` of an original is `original`. `breaks` is what the change is meant to do: what it
did is for the oracle to say. The same seed and files give the same mutants. With packages and profiles, what those
demand is broken, too. `compare.py --manifest DIR/manifest.jsonl` says how we do, kind by kind.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

import break_parts
import break_profile
import break_structure
import break_values
import legal
from named import collected, folder, package
from shapes import Shapes
from tree import KINDS, Absent, Inapplicable, Kind, Tree
from verdicts import Oracle, errors

from fhir_case.definitions import Definitions, Package, r4
from fhir_case.json import JSONError, dumps, loads

FAMILIES = (break_structure, break_values, break_parts, break_profile, legal)
"""Where the kinds of change are; importing them fills the list."""

LEGAL = 0.4
"""The share of changes that are meant to leave the resource valid."""

PROFILED = 0.3
"""The share of breaking changes that go against a profile, where there is one."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """A changed resource."""

    kind: Kind
    path: str
    text: str


class Mutator:
    """Changes resources, of each kind about equally often."""

    def __init__(self, definitions: Definitions, seed: str, profiles: list[str]) -> None:
        self.shapes = Shapes(definitions)
        self.seed, self.profiles = seed, profiles
        self.made: Counter[str] = Counter()

    def mutants(self, source: str, many: int) -> Iterator[Mutant]:
        """That many changes to a resource, no two of one kind; fewer where no more kinds apply."""
        pick = Random(f"{self.seed}:{hashlib.sha256(source.encode()).hexdigest()}")
        original = dumps(loads(source))
        texts: set[str] = set()
        kinds = sorted(KINDS, key=lambda kind: (self.made[kind.name] // 3, pick.random()))
        for _ in range(many):
            breaks, profiled = pick.random() >= LEGAL, pick.random() < PROFILED
            suited = [kind for kind in kinds if kind.breaks == breaks]
            if profiled:
                suited.sort(key=lambda kind: kind.change.__module__ != break_profile.__name__)
            for kind in suited:
                kinds.remove(kind)
                mutant = self._changed(kind, original, pick)
                if mutant is not None and mutant.text not in texts:
                    texts.add(mutant.text)
                    self.made[kind.name] += 1
                    yield mutant
                    break

    def _changed(self, kind: Kind, original: str, pick: Random) -> Mutant | None:
        for _ in range(4):  # a draw may be of a value that the change does not suit
            tree = Tree(loads(original), self.shapes, pick, self.profiles)
            try:
                path = kind.change(tree)
            except Absent:
                return None
            except (Inapplicable, AttributeError, KeyError, TypeError, IndexError, ValueError):
                continue  # what was drawn is already something else than its type says
            text = tree.text or dumps(tree.resource, indent=2)
            if tree.text is not None or dumps(tree.resource) != original:
                return Mutant(kind, path, text)
        return None


def definitions_of(packages: list[str]) -> Definitions:
    """R4 with these packages."""
    return r4().extended([Package(folder(name)) for name in packages])


def main() -> None:
    """Write the mutants and their manifest."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="*", help="resources in JSON; folders; @LIST")
    parser.add_argument("--seed", default="1")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--each", type=int, default=5, help="mutants of each file")
    parser.add_argument("--package", action="append", default=[])
    parser.add_argument("--profile", action="append", default=[])
    parser.add_argument("--largest", type=int, default=2_000_000, help="leave out files with more bytes")
    parser.add_argument("--if-valid", action="store_true", help="leave out files that the oracle finds invalid")
    parser.add_argument("--kinds", action="store_true", help="list the kinds of change and stop")
    asked = parser.parse_args()
    if asked.kinds:
        print("\n".join(f"{'breaks' if kind.breaks else 'legal ':6} {kind.name}" for kind in KINDS))
        return
    asked.out.mkdir(parents=True, exist_ok=True)
    mutator = Mutator(definitions_of(asked.package), asked.seed, asked.profile)
    files, names = 0, Counter[str]()
    with (asked.out / "manifest.jsonl").open("w", encoding="utf-8") as manifest:

        def write(name: str, text: str, source: Path, kind: str, breaks: bool, path: str) -> None:
            (asked.out / name).write_text(text, "utf-8")
            manifest.write(
                dumps({"file": name, "source": str(source), "kind": kind, "breaks": breaks, "path": path}) + "\n"
            )

        found = collected(asked.files)
        sources = [file for file in found if file.stat().st_size <= asked.largest]
        if len(sources) < len(found):
            print(f"{len(found) - len(sources)} files are too large (--largest) and left out", file=sys.stderr)
        if asked.if_valid:
            verdicts = Oracle([package(name) for name in asked.package], asked.profile).judge(sources)
            sources = [file for file in sources if not errors(verdicts[file])]
        for file in sources:
            text = file.read_text("utf-8")
            try:
                resource = loads(text)
            except JSONError as error:
                print(f"{file}: {error}", file=sys.stderr)
                continue
            if (
                not isinstance(resource, dict)
                or resource.get("resourceType") not in mutator.shapes.definitions.resources
            ):
                continue
            names[file.stem] += 1
            stem = file.stem if names[file.stem] == 1 else f"{file.stem}+{names[file.stem]}"
            write(f"{stem}.json", text, file, "original", False, "")
            for number, one in enumerate(mutator.mutants(text, asked.each)):
                name = f"{stem}~{number}~{one.kind.name}.json"
                write(name, one.text, file, one.kind.name, one.kind.breaks, one.path)
            files += 1
    made = sum(mutator.made.values())
    print(f"{made} mutants of {len(mutator.made)} kinds from {files} files in {asked.out}", file=sys.stderr)


if __name__ == "__main__":
    main()
