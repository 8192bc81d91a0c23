"""`fhir-case diff`: what two cases, or bundles, say differently."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import asdict
from enum import StrEnum
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fhir_case.cli.output import FINDINGS, counted, say, tell

if TYPE_CHECKING:
    from fhir_case.formats.diff import Difference

WIDTH = 100
"""How much of a value a line shows."""


class Format(StrEnum):
    """How differences are printed."""

    TEXT = "text"
    JSON = "json"


def diff(
    a: Annotated[Path, typer.Argument(metavar="A", help="A case, FHIR in JSON or XML, NDJSON, a phenopacket.")],
    b: Annotated[Path, typer.Argument(metavar="B", help="Another one.")],
    format: Annotated[Format, typer.Option(help="Text for people, JSON for programs.")] = Format.TEXT,
) -> None:
    """Compare two cases or bundles clinically.

    Ids, order and what a server wrote say nothing. The exit status is 1 where they differ.
    """
    from fhir_case import dumps
    from fhir_case.api.depth import walked
    from fhir_case.cli.files import case_or_bundle
    from fhir_case.formats.diff import differences

    with walked(str(a)):
        found = differences(case_or_bundle(a), case_or_bundle(b))
    if format is Format.JSON:
        say(dumps([asdict(one) for one in found], indent=2))
    else:
        show(found)
        tell(counted(len(found), "difference") if found else "no difference")
    if found:
        raise typer.Exit(FINDINGS)


def show(found: Iterable[Difference]) -> None:
    """The differences, item by item: what the item is, and below it what is said of it otherwise."""
    for item, about in groupby(found, lambda one: one.item):
        for number, one in enumerate(about):
            if one.path == item:
                _whole(one)
                continue
            if item and not number:
                say((item, "bold"), (f"  {one.name}" if one.name else "", "cyan"))
            _line(one, one.path[len(item) :].lstrip(".") if item else one.path, "    " if item else "")


def _whole(one: Difference) -> None:
    """An item that only one case has."""
    mark, style, value = ("+ ", "green", one.after) if one.change == "added" else ("- ", "red", one.before)
    say((mark, style), (one.path, "bold"), "  ", (_cut(worded(value)), style))


def _line(one: Difference, field: str, margin: str) -> None:
    if one.change == "changed":
        before, after = _around(one.before, one.after)
        say(margin, (field, "bold"), ": ", (before, "red"), " -> ", (after, "green"))
    elif one.change == "added":
        say(margin[2:], ("+ ", "green"), (field, "bold"), ": ", (_cut(worded(one.after)), "green"))
    else:
        say(margin[2:], ("- ", "red"), (field, "bold"), ": ", (_cut(worded(one.before)), "red"))


def worded(value: Any) -> str:
    """Plain data of a case in one line, as its file would say it; of an item its code, value and time alone."""
    if isinstance(value, dict):
        first = [
            key
            for key in ("code", "vaccine", "relationship", "name", "types", "value", "absent", "size", "dosage", "when")
            if key in value
        ]
        if first:
            return ", ".join(_named(key, value[key]) for key in first)
        return "{" + ", ".join(f"{key}: {worded(held)}" for key, held in value.items()) + "}"
    if isinstance(value, list):
        return ", ".join(map(worded, value)) if len(value) == 1 else f"[{', '.join(map(worded, value))}]"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return _coded(" ".join(str(value).split()))


def _coded(text: str) -> str:
    """A coding as people say it: its words first, `Normal (N)`, `methotrexate (atc L04AX03)`."""
    found = _CODING.fullmatch(text)
    if not found:
        return text
    system = "" if found["system"].startswith("hl7:") else found["system"] + " "
    return f"{found['display']} ({system}{found['code']})"


_CODING = re.compile(r"(?P<system>[a-z][\w.:/-]*) (?P<code>[^\s|]+) \| (?P<display>[^|]+)")


def _named(key: str, value: Any) -> str:
    return (
        worded(value)
        if key in ("code", "vaccine", "relationship", "name", "types", "value", "size")
        else f"{key}: {worded(value)}"
    )


def _cut(text: str) -> str:
    return text if len(text) <= WIDTH else text[: WIDTH - 1] + "…"


def _around(before: Any, after: Any) -> tuple[str, str]:
    """Two texts as far as a line can show them: long ones from shortly before the place where they part."""
    a, b = worded(before), worded(after)
    if max(len(a), len(b)) <= WIDTH:
        return a, b
    part = next((n for n, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
    start = max(0, part - WIDTH // 4)
    lead = "…" if start else ""
    return lead + _cut(a[start:]), lead + _cut(b[start:])
