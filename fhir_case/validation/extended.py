"""What extensions of a definition demand of values: how short a text may be, its form, how many bytes and decimal places.

http://hl7.org/fhir/R4/extension-minlength.html, -regex, -maxsize, -maxdecimalplaces, on an ElementDefinition.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any

from fhir_case.fhirpath.errors import FHIRPathError, Undecidable
from fhir_case.fhirpath.patterns import found
from fhir_case.validation.places import At
from fhir_case.validation.plan import Element, Type
from fhir_case.validation.run import Run

if TYPE_CHECKING:
    from fhir_case.validation.types import Item


def demands(element: Element, kind: Type, primitive: bool, definition: str) -> list[Item]:
    """The functions for what the extensions of an element demand of its values of one type."""
    made: list[Item] = []
    for name, wanted in element.extended:
        rule = _OF_PRIMITIVES.get(name) if primitive else None
        if name == "maxSize" and kind.code in ("base64Binary", "Attachment"):
            rule = _check_size
        if rule is not None:
            made.append(partial(rule, wanted, definition))
    return made


def _written(value: Any) -> str:
    """A primitive value as FHIR writes it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _check_shortest(least: Any, definition: str, value: Any, at: At, run: Run) -> None:
    if type(least) is int and len(_written(value)) < least:
        told = f"{len(_written(value))} characters; at least {least} are demanded"
        run.say("value-length", at, told, definition=definition)


def _check_form(pattern: Any, definition: str, value: Any, at: At, run: Run) -> None:
    try:
        fits = found(rf"\A(?:{pattern})\Z", _written(value))
    except Undecidable as reason:
        told = f"whether this has the form that is demanded cannot be decided here: {reason}"
        run.say("invariant-undecided", at, told, "information", definition=definition)
    except FHIRPathError as error:
        run.say("invariant-broken", at, f"the regex cannot be read: {error.message}", "warning", definition=definition)
    else:
        if not fits:
            run.say("value-format", at, f"not of the form {str(pattern)[:120]}", definition=definition, value=value)


def _check_decimals(most: Any, definition: str, value: Any, at: At, run: Run) -> None:
    if type(most) is not int or isinstance(value, bool) or not isinstance(value, (int, float, Decimal)):
        return
    _, _, decimals = str(value).partition(".")
    if len(decimals) > most:
        told = f"{len(decimals)} decimal places; at most {most} are allowed"
        run.say("value-format", at, told, definition=definition, value=value)


_OF_PRIMITIVES: dict[str, Callable[[Any, str, Any, At, Run], None]] = {
    "minLength": _check_shortest,
    "regex": _check_form,
    "maxDecimalPlaces": _check_decimals,
}


def _check_size(most: Any, definition: str, value: Any, at: At, run: Run) -> None:
    """The bytes of base64, or of the data of an Attachment."""
    data = value.get("data") if isinstance(value, dict) else value
    if not isinstance(data, str) or isinstance(most, bool) or not isinstance(most, (int, float, Decimal)):
        return
    try:
        size = len(base64.b64decode("".join(data.split()), validate=True))
    except (binascii.Error, ValueError):
        return  # said by the format of the data
    if size > most:
        run.say("value-length", at, f"{size} bytes; at most {most} are allowed", definition=definition)
