"""JSON text to plain data, with the places of its values found when they are asked for."""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from typing import Any

from fhir_case.case.positions import Point, Positions, Spot
from fhir_case.case.yaml_text import DEEPEST
from fhir_case.issues import CaseError, Issue, Place
from fhir_case.json import Json, JSONError, loads

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+', re.DOTALL)


def read_json(text: str, file: str) -> tuple[Json, Positions]:
    """The data, numbers with their digits, and the places of its values. Raises `CaseError`."""
    try:
        data = loads(text)
    except JSONError as error:
        raise CaseError(_issues(text, file, error)) from None
    if _deeper(data, DEEPEST):
        message = f"the values are nested deeper than {DEEPEST} levels"
        raise CaseError((Issue("file-too-deep", message, place=Place(file, 1, 1)),))
    return data, Positions(file, lambda: _spots(text, file)[0])


def _issues(text: str, file: str, error: JSONError) -> tuple[Issue, ...]:
    place = Place(file, error.line, error.column)
    if "too deep" in error.message:
        return (Issue("file-too-deep", error.message, place=place),)
    twice = _spots(text, file)[1] if "stands twice" in error.message else []
    fix = "check the quotes, commas and brackets just before this"
    return tuple(twice) or (Issue("file-syntax", f"this is not JSON: {error.message}", place=place, fix=fix),)


def _deeper(data: Any, most: int) -> bool:
    level = [data]
    for _ in range(most):
        level = [
            below
            for value in level
            if isinstance(value, dict | list)
            for below in (value.values() if isinstance(value, dict) else value)
        ]
        if not level:
            return False
    return any(isinstance(value, dict | list) for value in level)


def _spots(text: str, file: str) -> tuple[Spot, list[Issue]]:
    """The places of all values, and the keys that stand twice; of text that is not JSON, as far as it goes."""
    lines = [0] + [match.end() for match in re.finditer("\n", text)]

    def point(index: int) -> Point:
        line = bisect_right(lines, index) - 1
        return Point(line, index - lines[line], index)

    start = point(0)
    root = Spot(start, start, None)
    stack: list[Spot] = []
    pending: dict[int, tuple[str, Point]] = {}  # by depth: the key whose value comes next
    issues: list[Issue] = []
    objects: list[bool] = []
    for match in _TOKEN.finditer(text):
        part, at = match.group(), point(match.start())
        depth = len(stack)
        if part in ",:":
            continue
        if part in "}]":
            if stack:
                stack.pop().end = point(match.end())
                objects.pop()
            continue
        inside = stack[-1].inside if stack else None
        if inside is not None and objects[-1] and depth not in pending and part[0] == '"':
            key = _text(part)
            if key in inside:
                first = inside[key].key or start
                message = (
                    f"the key {key[:60]!r} stands twice here; it stood already at line {first.line + 1}, "
                    f"column {first.column + 1}"
                )
                place = Place(file, at.line + 1, at.column + 1)
                issues.append(Issue("file-duplicate-key", message, place=place, fix="rename one, or join the two"))
            pending[depth] = (key, at)
            continue
        name, key_at = pending.pop(depth, (None, None))
        spot = Spot(at, point(match.end()), key_at)
        if inside is None:
            root = spot
        else:
            inside[name if name is not None else len(inside)] = spot
        if part in "{[":
            spot.inside, spot.flow = {}, True
            stack.append(spot)
            objects.append(part == "{")
    return root, issues


def _text(part: str) -> str:
    try:
        return str(json.loads(part, strict=False))
    except ValueError:
        return part[1:-1]
