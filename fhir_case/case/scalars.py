"""The scalars of a case file: text, as written. What a text means is the model's business, not the reader's.

YAML 1.1 would make `no` a truth value, `0123` an octal number, `1:30` a number in base 60 and `7.20` a float. Here they
stay text; only in parts kept verbatim, which are FHIR JSON, are unquoted scalars typed, by JSON's rules.
"""

from __future__ import annotations

import re
from typing import Any

from fhir_case.json import Json, loads


class Plain(str):
    """A scalar that stood without quotes: its type is open."""

    __slots__ = ()


NULLS = frozenset({"", "~", "null", "Null", "NULL"})
"""What stands without quotes for nothing: https://yaml.org/type/null.html."""

# https://www.rfc-editor.org/rfc/rfc8259#section-6
_JSON = re.compile(r"true|false|null|-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")


def looks_like_json(text: str) -> bool:
    """Whether an unquoted text is a JSON number, truth value or null."""
    return _JSON.fullmatch(text) is not None


def json_scalar(text: str) -> Json:
    """The JSON value of a scalar: an unquoted number (with its digits) or truth value, else the text itself."""
    if isinstance(text, Plain) and looks_like_json(text):
        return loads(str(text))
    return str(text)


def verbatim(data: Any) -> Json:
    """Data of a case file as the JSON that it stands for; dicts and lists are new ones."""
    if isinstance(data, dict):
        return {str(key): verbatim(value) for key, value in data.items()}
    if isinstance(data, list):
        return [verbatim(value) for value in data]
    return json_scalar(data) if isinstance(data, str) else data
