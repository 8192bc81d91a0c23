"""What was meant by a text that is no time: `31.10.2026`, `2026-3-4`, `November 2026`, `19`."""

from __future__ import annotations

import re

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = rf"({'|'.join(_MONTHS)})[a-z]*\.?"
_ZONE = "and its zone, Z or +01:00"


def meant(text: str) -> str:
    """What to write instead; "" where nothing is likely. A day and a month that could be either are not told apart."""
    text = text.strip()
    if found := re.fullmatch(r"(\d{4})[-./](\d{1,2})(?:[-./](\d{1,2}))?", text):
        return _written(*found.groups())
    if found := re.fullmatch(r"(\d{1,2})[./-](\d{1,2})[./-](\d{4})", text):
        first, second, year = found.groups()
        if int(first) > 12 or int(second) > 12:
            month, day = (second, first) if int(first) > 12 else (first, second)
            return _written(year, month, day)
        return f"write it as {year}-MM-DD; {first} and {second} could be day and month or the other way round"
    if found := re.fullmatch(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d)(:\d\d)?", text):
        date, minutes, seconds = found.groups()
        if seconds is None:
            return f"write {date} alone, or the seconds, too, {_ZONE}"
        return f"write {date}T{minutes}{seconds} {_ZONE}"
    if found := re.fullmatch(rf"(?:(\d{{1,2}})\.? )?{_MONTH} (\d{{4}})", text, re.I):
        day, month, year = found.groups()
        return _written(year, _number(month), day)
    if found := re.fullmatch(rf"{_MONTH} (\d{{1,2}}),? (\d{{4}})", text, re.I):
        month, day, year = found.groups()
        return _written(year, _number(month), day)
    if re.fullmatch(r"\d{1,3}", text):
        return f"an age is written with its unit: {text} a, {text} mo, {text} d"
    return "a time of day needs seconds and a zone, e.g. 2008-03-14T10:30:00Z" if re.match(r"\d{4}.*T", text) else ""


def _number(month: str) -> str:
    return str(_MONTHS.index(month.lower()) + 1)


def _written(year: str, month: str, day: str | None) -> str:
    if not 1 <= int(month) <= 12 or (day is not None and not 1 <= int(day) <= 31):
        return ""
    return f"write {year}-{int(month):02}" + (f"-{int(day):02}" if day else "")
