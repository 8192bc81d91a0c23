"""record.py: ask the oracle for the verdicts that CI holds us against, and list where we differ.

    python scripts/oracle/record.py [SET…]          writes tests/validation/recorded/SET.jsonl (Java; minutes the first time)
    python scripts/oracle/record.py --differences   brings differences.yaml up to date: what is new stands under "?"

To be run when `mutate.py` has changed (its mutants are others, so their verdicts are, too), or the oracle. The mutants
are made of what the oracle found valid in the sets before them. Files that the oracle cannot judge (its own failures,
see verdicts.py) are left out.
"""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml
from agreement import CASES, Outcome, cases, outcomes
from named import package
from recorded import DIFFERENCES, SETS, WAYS, Set, differences, listed
from verdicts import Oracle, errors, failed


def record(one: Set) -> None:
    """Ask for the verdicts of a set, and write them down."""
    with TemporaryDirectory() as made:
        files = {}
        for input in one.inputs():
            file = Path(made, f"{len(files)}.json")
            file.write_bytes(input.text.encode())
            files[file] = input
        verdicts = Oracle([package(name) for name in one.packages]).judge(files)
    lines = []
    for file, input in files.items():
        if not failed(verdicts[file]):
            found = errors(verdicts[file])
            at = list(dict.fromkeys(issue["at"] or "" for issue in found))
            lines.append({"id": input.id, "sha256": input.digest, "valid": not found, "at": at})
    one.file.parent.mkdir(exist_ok=True)
    one.file.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), "utf-8")
    print(
        f"{one.name}: {len(lines)} verdicts, {sum(line['valid'] for line in lines)} valid; {len(files) - len(lines)} left out"
    )


def update() -> None:
    """Take from the list what no longer differs, and add what does, with what both say in place of a reason."""
    now = {(one.set, one.id): one for one in everything() if one.way}
    before = listed()
    known = {key: way for key, way in before.items() if key in now and now[key].way == way}
    kept = []
    for entry in differences():
        rest = {way: [name for name in entry.get(way, ()) if tuple(name.split("/", 1)) in known] for way in WAYS}
        if any(rest.values()):
            kept.append({"why": entry["why"]} | {way: names for way, names in rest.items() if names})
    new: defaultdict[str, defaultdict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for key, one in now.items():
        if key not in known:
            new[f"? {one.said}"][one.way].append("/".join(key))
    kept += [{"why": why} | dict(ways) for why, ways in sorted(new.items())]
    text = DIFFERENCES.read_text("utf-8") if DIFFERENCES.exists() else ""
    head = "".join(line for line in text.splitlines(keepends=True) if line.startswith("#"))
    written = yaml.safe_dump(kept, sort_keys=False, allow_unicode=True, width=120)
    DIFFERENCES.write_text(head + written, "utf-8")
    print(f"{len(now)} differences, {len(now) - len(known)} of them new, {len(before) - len(known)} gone")


def everything() -> list[Outcome]:
    """How we stand to all verdicts."""
    found: list[Outcome] = []
    for one in SETS.values():
        found += outcomes(one)
    for name in CASES:
        found += cases(name)
    return found


def main() -> None:
    """Record, or list."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sets", nargs="*", metavar="SET", help=f"{', '.join(SETS)} (all of them, unless named)")
    parser.add_argument("--differences", action="store_true", help="bring the list up to date; the oracle is not asked")
    asked: Any = parser.parse_args()
    if asked.differences:
        update()
        return
    for name in asked.sets or SETS:
        record(SETS[name])


if __name__ == "__main__":
    main()
