"""compare.py: our verdict and places beside the oracle's, and how far they agree.

    python scripts/oracle/compare.py [--package P]… [--profile URL]… FILES…      files, folders, or @LIST (a file name a line)
    python scripts/oracle/compare.py --manifest mutants/manifest.jsonl           of `mutate.py`: agreement for each kind

Printed are the files on which we differ (`--all`: all of them), then the agreement. The oracle's answers are kept in
~/.cache/fhir-case/oracle-verdicts; places are compared as in validator-cases/score.py (*near*: within one level).
"""

from __future__ import annotations

import argparse
import json
import time
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

from named import collected, package
from verdicts import SHARED, Oracle, Verdict, errors, failed, lacking

from fhir_case.api.validation import Validator
from fhir_case.validation.settings import ValidationSettings


class Said(NamedTuple):
    """An error: where it is, what it is called (our code, the oracle's message id), and what is said of it."""

    at: str
    id: str
    text: str


@dataclass(slots=True)
class Compared:
    """One file, as both see it: the places of the errors with what is said of them."""

    file: Path
    ours: list[Said]
    theirs: list[Said]
    crash: str = ""
    failed: bool = False
    """Whether the oracle could not say anything: counted apart."""

    @property
    def agree(self) -> bool:
        """Whether both say valid, or both invalid."""
        return not self.crash and bool(self.ours) == bool(self.theirs)


@dataclass(slots=True)
class Count:
    """How often what was said, and how many places of the one the other names too."""

    both_invalid: int = 0
    both_valid: int = 0
    we_accept: int = 0
    we_reject: int = 0
    crashed: int = 0
    failed: int = 0
    """The oracle did not judge these; they are in no other figure."""
    wanted: int = 0
    wanted_found: int = 0
    said: int = 0
    said_wanted: int = 0
    placed: int = 0
    some_place: int = 0

    def add(self, one: Compared, places: ModuleType) -> None:
        """Count a file."""
        if one.failed:
            self.failed += 1
            return
        if one.crash:
            self.crashed += 1
        elif one.theirs:
            self.both_invalid += bool(one.ours)
            self.we_accept += not one.ours
        else:
            self.we_reject += bool(one.ours)
            self.both_valid += not one.ours
        ours, theirs = _places(one.ours, places), _places(one.theirs, places)
        self.placed += bool(one.ours and theirs)
        if ours and theirs:
            found, wanted, met, said = places.prf(theirs, theirs, ours, places.near)
            self.wanted, self.wanted_found = self.wanted + wanted, self.wanted_found + found
            self.said, self.said_wanted = self.said + said, self.said_wanted + met
            self.some_place += found > 0

    @property
    def all(self) -> int:
        """The files counted."""
        return self.both_invalid + self.both_valid + self.we_accept + self.we_reject + self.crashed

    def row(self) -> str:
        """The count as a line of a table."""
        invalid, valid = self.both_invalid + self.we_accept, self.both_valid + self.we_reject
        return (
            f"{self.all:6} {_share(self.both_invalid + self.both_valid, self.all)} {invalid:6} "
            f"{_share(self.both_invalid, invalid)} {_share(self.both_valid, valid)} "
            f"{_share(self.some_place, self.placed)} {_share(self.wanted_found, self.wanted)} "
            f"{_share(self.said_wanted, self.said)} {self.crashed:5} {self.failed:5}"
        )


HEAD = "  file  agree  inval  sensi  speci  place  found  meant crash nojud"
"""invalid for the oracle; sensitivity; specificity; files with a place in common, of those where the oracle names one;
its places found; ours that are its; our crashes; files that the oracle could not judge (a crash, a package it lacks),
which are in no other figure."""


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:5.1f}%" if whole else "     –"


def _places(said: list[Said], places: ModuleType) -> set[str]:
    # "$" is how the oracle names the whole file, where there is no type that a path could begin with.
    return {places.norm(one.at) for one in said if one.at not in ("", "$")}


def scorer() -> ModuleType:
    """`score.py` beside the cases: places are compared in one way only."""
    from importlib.util import module_from_spec, spec_from_file_location

    spec = spec_from_file_location("score", SHARED / "validator-cases/score.py")
    assert spec is not None
    assert spec.loader is not None
    made = module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


def compared(files: Iterable[Path], validator: Any, theirs: dict[Path, Verdict]) -> Iterable[Compared]:
    """Each file as both see it."""
    sets = lacking(validator.definitions)
    for file in files:
        wrong = [Said(issue["at"] or "", issue["id"] or "", issue["text"]) for issue in errors(theirs[file])]
        unjudged = failed(theirs[file], sets)
        try:
            issues = validator.validate(file).issues
        except Exception as error:
            yield Compared(file, [], wrong, f"{type(error).__name__}: {error}"[:200], unjudged)
            continue
        yield Compared(
            file,
            [Said(one.path, one.code, one.message) for one in issues if one.severity in ("fatal", "error")],
            wrong,
            failed=unjudged,
        )


def show(one: Compared) -> None:
    """What both say of a file."""
    verdict = "we crash" if one.crash else f"we: {'invalid' if one.ours else 'valid'}"
    sign = "–" if one.failed else "=" if one.agree else "≠"
    print(f"{sign} {one.file}: {verdict}; oracle: {'invalid' if one.theirs else 'valid'}")
    for who, said in (("we", one.ours), ("oracle", one.theirs)):
        for at, id, text in said[:4]:
            print(f"    {who:6} {at or '–'}: {' '.join(text.split())[:180]} [{id}]")
        if len(said) > 4:
            print(f"    {who:6} … {len(said) - 4} more")
    if one.crash:
        print(f"    {one.crash}")


def why(differing: list[Compared]) -> None:
    """What is said, and how often, where one alone finds a file invalid."""
    for who, found in (
        ("we alone say", Counter(id for one in differing if not one.theirs for id in {said.id for said in one.ours})),
        (
            "the oracle alone says",
            Counter(id for one in differing if not one.ours for id in {s.id for s in one.theirs}),
        ),
    ):
        if found:
            named = (f"{id or '(exception)'} {number}" for id, number in found.most_common(12))
            print(f"{who}: {', '.join(named)}")


def main() -> None:
    """Print where we differ, and how far we agree."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="*")
    parser.add_argument("--package", action="append", default=[], help="a folder, a .tgz or NAME@VERSION")
    parser.add_argument("--profile", action="append", default=[], help="validate against this profile, too")
    parser.add_argument("--manifest", type=Path, help="a manifest of mutate.py")
    parser.add_argument("--all", action="store_true", help="show the files on which both agree, too")
    parser.add_argument("--quiet", action="store_true", help="only the figures")
    parser.add_argument("--at-least", type=float, default=0, metavar="PERCENT", help="exit with 1 below this agreement")
    asked = parser.parse_args()
    packages = [package(name) for name in asked.package]
    files, kinds = collected(asked.files), defaultdict[Path, str](str)
    if asked.manifest:
        for line in asked.manifest.read_text("utf-8").splitlines():
            one = json.loads(line)
            file = (asked.manifest.parent / one["file"]).resolve()
            files.append(file)
            kinds[file] = one["kind"]
    theirs = Oracle(packages, asked.profile).judge(files)
    validator = Validator(packages=packages, profiles=asked.profile, settings=ValidationSettings())
    places, total, by_kind = scorer(), Count(), defaultdict[str, Count](Count)
    start, differing = time.process_time(), []
    for one in compared(files, validator, theirs):
        total.add(one, places)
        by_kind[kinds[one.file]].add(one, places)
        if not one.agree and not one.failed:
            differing.append(one)
        if not asked.quiet and (asked.all or not one.agree):
            show(one)
    ours, cpu = time.process_time() - start, sum(one["cpu_ms"] for one in theirs.values()) / 1000
    width = max([len(kind) for kind in by_kind] + [5])
    print(f"\n{'':{width}} {HEAD}")
    for kind in sorted(by_kind) if asked.manifest else ():
        print(f"{kind:{width}} {by_kind[kind].row()}")
    print(f"{'all':{width}} {total.row()}")
    why(differing)
    print(f"CPU: ours {ours:.1f} s, the oracle's {cpu:.1f} s (of which some is warming up)")
    agreement = 100 * (total.both_invalid + total.both_valid) / max(1, total.all)
    raise SystemExit(1 if agreement < asked.at_least else 0)


if __name__ == "__main__":
    main()
