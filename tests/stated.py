"""Looking up in a bundle what facts.yaml says must be there: small paths over JSON, and times relative to another item."""

from __future__ import annotations

import re
from typing import Any

ITEM = "urn:fhir-case:item"
CORE = "http://hl7.org/fhir/StructureDefinition/"
_STEP = re.compile(r"(\w+)(?:\(([^)]*)\))?")


def resources(bundle: dict[str, Any]) -> list[dict[str, Any]]:
    """The resources of a bundle."""
    return [entry["resource"] for entry in bundle["entry"]]


def by_item(bundle: dict[str, Any]) -> dict[str, tuple[str, dict[str, Any]]]:
    """Item id -> (fullUrl, resource), by the mark that each resource carries."""
    found = {}
    for entry in bundle["entry"]:
        resource = entry["resource"]
        identifiers = resource.get("identifier", [])
        marks = [i["value"] for i in (identifiers if isinstance(identifiers, list) else []) if i.get("system") == ITEM]
        marks += [tag["code"] for tag in resource.get("meta", {}).get("tag", []) if tag.get("system") == ITEM]
        assert len(marks) == 1, f"one mark each: {marks}"
        found[marks[0].rpartition("/")[2]] = (entry["fullUrl"], resource)
    return found


def at(resource: Any, path: str) -> list[Any]:
    """Everything that stands at a path: `code.coding.code`, `component(103355008).valueQuantity.value`."""
    held = [resource]
    for name, wanted in _STEP.findall(path):
        held = [one[name] for one in held if isinstance(one, dict) and name in one]
        held = [one for several in held for one in (several if isinstance(several, list) else [several])]
        held = [one for one in held if not wanted or wanted in _names(one)]
    return held


def _names(entry: dict[str, Any]) -> set[str]:
    """By what an entry of a list is known: its url's last part, its code or text, its number."""
    code = entry.get("code", {})
    codes = set()
    if isinstance(code, dict):
        codes = {str(coding["code"]) for coding in code.get("coding", [])} | {str(code.get("text"))}
    return codes | {str(entry.get("url", "")).rpartition("/")[2], str(entry.get("number", ""))}


def relative(element: dict[str, Any]) -> dict[str, str]:
    """What an element without a date says of its time: relationship, target (by its mark), path, offset."""
    assert set(element) == {"extension"}, "no date stands beside the relative time"
    found = {one["url"].removeprefix(CORE): one for one in element["extension"]}
    assert found["data-absent-reason"]["valueCode"] == "unknown"
    assert set(found) == {"data-absent-reason", "cqf-relativeDateTime"}
    parts = {one["url"]: one for one in found["cqf-relativeDateTime"]["extension"]}
    target = parts["target"]["valueReference"]
    assert set(target) == {"type", "identifier"}, "a logical reference: servers do not rewrite it"
    assert target["identifier"]["system"] == ITEM
    return {
        "relative": parts["relationship"]["valueCode"],
        "to": f"{target['type']} {target['identifier']['value']}",
        "path": parts["targetPath"]["valueString"],
        "offset": _offset(parts["offset"]),
    }


def _offset(part: dict[str, Any]) -> str:
    if "valueRange" in part:
        low, high = part["valueRange"]["low"], part["valueRange"]["high"]
        assert low["code"] == high["code"]
        assert {low["system"], high["system"]} == {"http://unitsofmeasure.org"}
        return f"{low['value']} to {high['value']} {low['code']}"
    duration = part["valueDuration"]
    if "value" not in duration:
        (reason,) = duration["extension"]
        assert reason["url"] == CORE + "data-absent-reason"
        return str(reason["valueCode"])
    assert duration["system"] == "http://unitsofmeasure.org"
    return f"{duration['value']} {duration['code']}"


def leaves(value: Any, key: str = "") -> list[tuple[str, Any]]:
    """Every leaf of a JSON value with the name it stands under."""
    if isinstance(value, dict):
        return [leaf for name, held in value.items() for leaf in leaves(held, name)]
    if isinstance(value, list):
        return [leaf for held in value for leaf in leaves(held, key)]
    return [(key, value)]


def codings(value: Any) -> list[dict[str, Any]]:
    """Every Coding in a JSON value."""
    if isinstance(value, list):
        return [one for held in value for one in codings(held)]
    if not isinstance(value, dict):
        return []
    mine = [value] if {"system", "code"} <= value.keys() and "value" not in value and "unit" not in value else []
    return mine + [one for held in value.values() for one in codings(held)]
