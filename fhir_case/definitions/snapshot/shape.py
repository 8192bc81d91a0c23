"""Whether an ElementDefinition from outside has the form that the rest of the generator relies on."""

from __future__ import annotations

from typing import Any

from fhir_case.issues import DefinitionError

Element = dict[str, Any]
"""An ElementDefinition as plain JSON, http://hl7.org/fhir/R4/elementdefinition.html."""

_TEXT = ("path", "id", "sliceName", "contentReference", "max")
_OBJECTS = ("type", "constraint", "mapping", "extension", "example", "code")
_TEXTS = ("condition", "alias")


def checked(entry: Any, where: str) -> Element:
    """The entry, once its parts are known to have the JSON types of R4. Raises DefinitionError."""
    if not isinstance(entry, dict):
        raise DefinitionError(f"{where}: expected an ElementDefinition (an object), found {_shown(entry)}")
    path = entry.get("path")
    if not isinstance(path, str) or not path:
        raise DefinitionError(f"{where}: expected a path in each element, found {_shown(path)}")
    place = f"{where}: {path[:200]}"
    if type(entry.get("max")) is int:  # seen in the wild, and what HL7's reader of JSON takes
        entry = {**entry, "max": str(entry["max"])}
    for name in _TEXT:
        if name in entry and not isinstance(entry[name], str):
            raise _wrong(place, name, "a string", entry[name])
    for name in _OBJECTS:
        if name in entry:
            _list_of(entry[name], dict, place, name, "a list of objects")
    for name in _TEXTS:
        if name in entry:
            _list_of(entry[name], str, place, name, "a list of strings")
    if "min" in entry and (not isinstance(entry["min"], int) or isinstance(entry["min"], bool)):
        raise _wrong(place, "min", "a whole number", entry["min"])
    for name in ("slicing", "binding", "base"):
        if name in entry and not isinstance(entry[name], dict):
            raise _wrong(place, name, "an object", entry[name])
    if "slicing" in entry and "discriminator" in entry["slicing"]:
        _list_of(entry["slicing"]["discriminator"], dict, place, "slicing.discriminator", "a list of objects")
    for declared in entry.get("type", ()):
        if not isinstance(declared.get("code", ""), str):
            raise _wrong(place, "type.code", "a string", declared["code"])
        for name in ("profile", "targetProfile"):
            if name in declared:
                _list_of(declared[name], str, place, f"type.{name}", "a list of canonical addresses")
    element: Element = entry
    return element


def _list_of(value: Any, kind: type, place: str, name: str, expected: str) -> None:
    if not isinstance(value, list) or not all(isinstance(item, kind) for item in value):
        raise _wrong(place, name, expected, value)


def _wrong(place: str, name: str, expected: str, found: Any) -> DefinitionError:
    return DefinitionError(f"{place}: {name} should be {expected}, found {_shown(found)}")


def _shown(value: Any) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, dict | list):
        return "an object" if isinstance(value, dict) else "a list"
    return repr(value[:40] if isinstance(value, str) else value)
