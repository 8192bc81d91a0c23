"""The formats of primitive values (https://hl7.org/fhir/R4/datatypes.html#primitive).

`fits(type)` is the question asked of every value; only where the answer is no does `problems` find out what is wrong.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from fhir_case.issues import Severity

Fits = Callable[[Any], Any]

_YEAR = r"(?!0000)[0-9]{4}"
_DAY = r"-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12][0-9]|3[01]))?"
_CLOCK = r"(?:[01][0-9]|2[0-3]):[0-5][0-9]:(?:[0-5][0-9]|60)"
_ZONE = r"(?:Z|[+-](?:(?:0[0-9]|1[0-3]):[0-5][0-9]|14:00))"
_DATE = re.compile(rf"{_YEAR}(?:{_DAY})?")
_DATE_TIME = re.compile(
    rf"{_YEAR}(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12][0-9]|3[01])(?:T{_CLOCK}(?:\.[0-9]+)?{_ZONE})?)?)?"
)
_INSTANT = re.compile(rf"{_YEAR}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])T{_CLOCK}(?:\.[0-9]+)?{_ZONE}")
_TIME = re.compile(rf"{_CLOCK}(?:\.[0-9]+)?")
_CODE = re.compile(r"[^\s]+(?: [^\s]+)*")
_ID = re.compile(r"[A-Za-z0-9\-.]{1,64}")
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_OID = re.compile(r"[0-2](?:\.(?:0|[1-9][0-9]*))+")
_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:[^\s]+")
_BASE64 = re.compile(r"[A-Za-z0-9+/=\s]*")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_HTML = re.compile(r"<[A-Za-z]\w*(?:\s[^<>]*)?>")
_LONGEST = 1024 * 1024
"""Characters a string may have (https://hl7.org/fhir/R4/datatypes.html#string)."""
_WHOLE = {"integer": -(2**31), "unsignedInt": 0, "positiveInt": 1}


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a value: the code of the issue, and a sentence with what was expected (never the value)."""

    code: str
    message: str
    severity: Severity = "error"
    fix: str = ""


def is_absolute(url: str) -> bool:
    """Whether a uri has a scheme (RFC 3986, 3.1)."""
    return _ABSOLUTE.fullmatch(url) is not None


def _calendar(text: str) -> bool:
    """Whether the day of a date exists: no 30 February."""
    if len(text) < 10:
        return True
    day = int(text[8:10])
    if day <= 28:
        return True
    try:
        date(int(text[:4]), int(text[5:7]), day)
    except ValueError:
        return False
    return True


def _usual(text: str) -> bool:
    # HL7's validator doubts years that no patient of today has seen or will see.
    return "1800" <= text[:4] <= "2100"


# What is well with most values, in one match each: a day that every year has, a year that people live in. Others are looked at
# in `problems`, which decides.
_SURE_YEAR = r"(?:1[89][0-9]{2}|20[0-9]{2})"
_SURE_DAY = (
    r"-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)"
    r"|02-(?:0[1-9]|1[0-9]|2[0-8]))"
)
_SURE_TIME = rf"T{_CLOCK}(?:\.[0-9]+)?{_ZONE}"
_ADDRESS = r"[!-;=?-~]"  # ASCII without white space, < and >


def _is_decimal(value: Any) -> bool:
    kind = type(value)
    return kind is int or kind is float or isinstance(value, Decimal)


def _is_string(value: Any) -> bool:
    # str.isprintable is many times faster than a pattern over long text.
    return (
        type(value) is str
        and (value.isprintable() or _CONTROL.search(value) is None)
        and value != ""
        and value[0] > " "
        and value[-1] > " "
        and "<" not in value
        and len(value) <= _LONGEST
    )


def _is_markdown(value: Any) -> bool:
    return (
        type(value) is str
        and (value.isprintable() or _CONTROL.search(value) is None)
        and value != ""
        and not value.isspace()
        and len(value) <= _LONGEST
    )


def _whole(least: int) -> Fits:
    return lambda value: type(value) is int and least <= value < 2**31


def _matched(pattern: str) -> Fits:
    match: Fits = re.compile(pattern).fullmatch
    return match


_FITS: dict[str, Fits] = {
    "boolean": lambda value: value is True or value is False,
    "decimal": _is_decimal,
    **{name: _whole(least) for name, least in _WHOLE.items()},
    "string": _is_string,
    "markdown": _is_markdown,
    "xhtml": lambda value: type(value) is str and value != "",
    "code": _CODE.fullmatch,
    "id": _ID.fullmatch,
    "uri": _matched(rf"(?!oid:|uuid:|urn:){_ADDRESS}+"),
    "url": _matched(rf"(?!oid:|uuid:|urn:){_ADDRESS}+"),
    "canonical": _matched(rf"#{_ADDRESS}*|(?!oid:|uuid:|urn:)[A-Za-z][A-Za-z0-9+.\-]*:{_ADDRESS}+"),
    "oid": lambda value: next(_uri("oid", value), None) is None,
    "uuid": lambda value: next(_uri("uuid", value), None) is None,
    "date": _matched(rf"{_SURE_YEAR}(?:-(?:0[1-9]|1[0-2])|{_SURE_DAY})?"),
    "dateTime": _matched(rf"{_SURE_YEAR}(?:-(?:0[1-9]|1[0-2])|{_SURE_DAY}(?:{_SURE_TIME})?)?"),
    "instant": _matched(rf"{_SURE_YEAR}{_SURE_DAY}{_SURE_TIME}"),
    "time": _TIME.fullmatch,
    "base64Binary": _matched(r"(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{4}|[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)"),
}

_EXPECTED = {
    "boolean": "true or false",
    "integer": "a whole number from -2147483648 to 2147483647",
    "unsignedInt": "a whole number from 0 to 2147483647",
    "positiveInt": "a whole number from 1 to 2147483647",
    "decimal": "a number",
    "date": "a date: YYYY, YYYY-MM or YYYY-MM-DD",
    "dateTime": "a date (YYYY, YYYY-MM, YYYY-MM-DD) or a date with time and time zone (YYYY-MM-DDThh:mm:ss+zz:zz)",
    "instant": "a date with time and time zone: YYYY-MM-DDThh:mm:ss.sss+zz:zz",
    "time": "a time of day: hh:mm:ss",
    "code": "a code: no white space at its ends, and single spaces inside only",
    "id": "an id: 1 to 64 letters (A-Z, a-z), digits, hyphens and dots",
    "base64Binary": "base64",
}


def fits(kind: str) -> Fits:
    """The question whether a value is surely one of the primitive type `kind`, with nothing at all to say about it.

    It may raise `TypeError` for a value that is not even of the right JSON type.
    """
    return _FITS.get(kind) or _FITS["string"]


def expected(kind: str) -> str:
    """The format of a primitive type, in words."""
    return _EXPECTED.get(kind, "text")


def problems(kind: str, value: Any) -> Iterator[Problem]:
    """What is wrong with a value that does not fit."""
    wanted = expected(kind)
    if kind in ("boolean", "decimal") or kind in _WHOLE:
        yield from _unquoted(kind, value, wanted)
    elif type(value) is not str:
        yield Problem("element-type", f"expected {wanted}, written as a JSON string", fix="put it in quotation marks")
    elif value == "":
        yield Problem("element-empty", "an empty string", fix="leave the element out")
    elif value.isspace() and kind in ("code", "uri", "url", "canonical"):
        # No code or address at all: HL7's validator remarks on it, and leaves the rest to bindings and references.
        yield Problem("value-whitespace", "nothing but white space", "warning", "leave the element out")
    elif kind in ("uri", "url", "canonical", "oid", "uuid"):
        yield from _uri(kind, value)
    elif kind in ("date", "dateTime", "instant"):
        yield from _date(kind, value, wanted)
    elif kind == "base64Binary":
        yield from _base64(value)
    elif kind in ("string", "markdown", "xhtml"):
        yield from _text(kind, value)
    elif not fits(kind)(value):
        bare = kind in ("code", "id") and value != value.strip()
        yield Problem("value-format", f"expected {wanted}", fix="take the white space at the ends away" if bare else "")


_BARE = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")


def _unquoted(kind: str, value: Any, wanted: str) -> Iterator[Problem]:
    if fits(kind)(value):
        return
    if kind in _WHOLE and type(value) is int:
        yield Problem("value-range", f"expected {wanted}")
    else:
        is_number = type(value) in (int, float) or isinstance(value, Decimal)
        # Quotation marks are the fault only of what would be a value without them.
        bare = type(value) is str and (value in ("true", "false") if kind == "boolean" else _BARE.fullmatch(value))
        fix = "take the quotation marks away" if bare else ""
        yield Problem("value-format" if is_number else "element-type", f"expected {wanted}", fix=fix)


def _date(kind: str, text: str, wanted: str) -> Iterator[Problem]:
    pattern = {"date": _DATE, "dateTime": _DATE_TIME, "instant": _INSTANT}[kind]
    if not pattern.fullmatch(text):
        yield Problem("value-format", f"expected {wanted}", fix=_date_fix(kind, text))
    elif not _calendar(text):
        yield Problem("value-format", "a day that the calendar does not have")
    elif not _usual(text):
        yield Problem("value-range", "a year outside 1800 to 2100", "warning", "check for a slip of the keyboard")


def _date_fix(kind: str, text: str) -> str:
    if re.match(r"[0-9]{1,2}[./-][0-9]{1,2}[./-][0-9]{4}", text):
        return "write the year first, then month and day: YYYY-MM-DD"
    if kind == "date" and _DATE.match(text) and "T" in text:
        return "leave the time out"
    if kind != "date" and re.fullmatch(rf"{_YEAR}{_DAY}T{_CLOCK}(?:\.[0-9]+)?", text):
        return "add the time zone: Z for UTC, or such as +01:00"
    return ""


def _uri(kind: str, text: str) -> Iterator[Problem]:
    if text.startswith("oid:"):
        yield Problem("value-format", "a uri does not start with oid:", fix="urn:oid:…")
    elif text.startswith("uuid:"):
        yield Problem("value-format", "a uri does not start with uuid:", fix="urn:uuid:…")
    elif any(sign.isspace() for sign in text):
        yield Problem(
            "value-whitespace", "a uri has no white space", fix="take the white space out, or write it as %20"
        )
    elif text.startswith("urn:uuid:") or kind == "uuid":
        uuid = text.removeprefix("urn:uuid:").split("#")[0].split("|")[0]
        if not text.startswith("urn:uuid:") or not _UUID.fullmatch(uuid):
            yield Problem("value-format", "expected urn:uuid: and a UUID of 8-4-4-4-12 hexadecimal digits")
    elif text.startswith("urn:oid:") or kind == "oid":
        oid = text.removeprefix("urn:oid:")
        # No root shorter than four characters is a namespace, 1.3 excepted.
        if (
            not text.startswith("urn:oid:")
            or not _OID.fullmatch(oid)
            or not (oid.rfind(".") >= 4 or oid.startswith("1.3"))
        ):
            yield Problem("value-format", "expected urn:oid: and an OID such as 2.16.840.1.113883")
    elif kind == "canonical" and text[0] != "#" and not is_absolute(text):
        yield Problem("value-format", "a canonical is an absolute uri, or # and the id of a contained resource")
    if _HTML.search(text):
        yield Problem("security-html", "text that looks like HTML", "information")


def _base64(text: str) -> Iterator[Problem]:
    if not _BASE64.fullmatch(text):
        yield Problem("value-format", "expected base64: A-Z a-z 0-9 + / and = at the end")
        return
    packed = "".join(text.split())
    try:
        base64.b64decode(packed, validate=True)
    except binascii.Error:
        yield Problem("value-format", "expected base64: groups of four characters, = at the end only")
        return
    if len(packed) != len(text):
        yield Problem("value-whitespace", "base64 without white space is what later versions demand", "warning")


def _text(kind: str, text: str) -> Iterator[Problem]:
    if _CONTROL.search(text):
        told = "a control character; only tab, carriage return and line feed may stand in text"
        yield Problem("value-format", told, "warning")  # as HL7's validator has it: UNICODE_XML_BAD_CHARS
    if len(text) > _LONGEST:
        yield Problem("value-length", f"{len(text)} characters; text has {_LONGEST} at most")
    if text.isspace():
        yield Problem("value-whitespace", "nothing but white space", "error" if kind == "xhtml" else "warning")
    elif kind == "string" and text != text.strip():
        yield Problem("value-whitespace", "white space at the beginning or the end", "warning")
    if kind == "string" and _HTML.search(text):
        yield Problem("security-html", "text that looks like HTML", "information")
