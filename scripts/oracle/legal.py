"""Edits that a valid resource should survive."""

from __future__ import annotations

import copy
import json
import re
from typing import Any

from break_parts import _extend, _reference, _some_holder
from shapes import codes
from tree import Inapplicable, Tree, legal

from fhir_case.json import dumps, loads

LOINC_TAG = {"system": "http://example.com/tags", "code": "mutant"}


@legal
def keys_in_another_order(tree: Tree) -> str:
    holder = tree.one([tree.resource, *(s.value for s in tree.sites if isinstance(s.value, dict) and len(s.value) > 1)])
    items = list(holder.items())
    tree.pick.shuffle(items)
    holder.clear()
    holder.update(items)
    return ""


@legal
def written_in_another_way(tree: Tree) -> str:
    spread = dumps(tree.resource, indent=3)
    tree.text = tree.one((dumps(tree.resource), spread, spread.replace("\n", "\r\n"), spread.replace(":", " :", 1)))
    return ""


@legal
def characters_escaped(tree: Tree) -> str:
    def escaped(found: re.Match[str]) -> str:
        one = found.group()
        return "\\/" if one == "/" else f"\\u{ord(one):04x}" if ord(one) < 65536 else json.dumps(one)[1:-1]

    tree.text = re.sub(r"[^\x00-\x7f]|[<>&/]", escaped, dumps(tree.resource, indent=2))
    return ""


@legal
def optional_removed(tree: Tree) -> str:
    site = tree.a(lambda s: s.element.min == 0 and len(s.holder.keys() - {"resourceType", "id"}) > 1)
    del site.holder[site.key]
    site.holder.pop(f"_{site.key}", None)
    return site.path


@legal
def item_repeated(tree: Tree) -> str:
    site = tree.a(lambda s: s.index is not None and isinstance(s.value, dict) and s.kind in (
        "Identifier", "HumanName", "ContactPoint", "Address", "CodeableConcept", "Annotation", "Coding"))  # fmt: skip
    site.holder[site.key] = [*site.holder[site.key], copy.deepcopy(site.value)]
    return site.path


@legal
def list_reversed(tree: Tree) -> str:
    site = tree.a(lambda s: s.index is not None and len(s.holder[s.key]) > 1 and f"_{s.key}" not in s.holder)
    site.holder[site.key] = site.holder[site.key][::-1]
    return site.path


@legal
def text_changed(tree: Tree) -> str:
    told = ("display", "id", "reference", "expression", "linkId", "path")
    site = tree.a(lambda s: s.kind in ("string", "markdown") and isinstance(s.value, str) and s.key not in told)
    site.put(tree.one((f"{site.value} (x)", "Ægir – 東京", site.value.title(), "a")))
    return site.path


@legal
def date_changed(tree: Tree) -> str:
    site = tree.of("date", "dateTime")
    site.put(tree.one(("2020-02-29", "2019-12", "2018", "1905-06-01")))
    return site.path


@legal
def time_changed(tree: Tree) -> str:
    site = tree.of("dateTime", "instant")
    site.put(tree.one(("2020-02-29T23:59:59Z", "2019-12-01T00:00:00+14:00", "2018-01-01T12:30:45.123-05:30")))
    return site.path


@legal
def digits_added(tree: Tree) -> str:
    site = tree.of("decimal")
    text = str(site.value)
    site.put(loads(text + ("0" if "." in text else ".0") if "e" not in text.lower() else text))
    return site.path


@legal
def element_given_an_id(tree: Tree) -> str:
    site = tree.a(lambda s: isinstance(s.value, dict) and s.kind != "Resource" and "id" not in s.value)
    site.value["id"] = f"e{tree.pick.randrange(1000)}"
    return site.path


@legal
def unknown_extension(tree: Tree) -> str:
    path, holder = _some_holder(tree)
    value: dict[str, Any] = tree.one(({"valueString": "x"}, {"valueBoolean": False}, {"valueCoding": {"code": "x"}}))
    _extend(holder, {"url": "http://example.com/fhir/StructureDefinition/anything", **value})
    return f"{path}.extension"


@legal
def nested_extension(tree: Tree) -> str:
    path, holder = _some_holder(tree)
    inner = [{"url": "a", "valueString": "x"}, {"url": "b", "valueInteger": 1}]
    _extend(holder, {"url": "http://example.com/fhir/StructureDefinition/complex", "extension": inner})
    return f"{path}.extension"


@legal
def known_extension(tree: Tree) -> str:
    """An extension of R4 where it belongs."""
    fitting: dict[str, dict[str, Any]] = {
        "HumanName": {"url": "http://hl7.org/fhir/StructureDefinition/humanname-assembly-order", "valueCode": "F"},
        "Patient": {
            "url": "http://hl7.org/fhir/StructureDefinition/patient-birthPlace",
            "valueAddress": {"city": "Ulm"},
        },
        "Condition": {
            "url": "http://hl7.org/fhir/StructureDefinition/condition-assertedDate",
            "valueDateTime": "2020-05",
        },
        "Coding": {"url": "http://hl7.org/fhir/StructureDefinition/ordinalValue", "valueDecimal": 2},
        "Identifier": {"url": "http://hl7.org/fhir/StructureDefinition/identifier-validDate", "valueDateTime": "2020"},
    }
    held = [(s.path, s.kind, s.value) for s in tree.sites if isinstance(s.value, dict) and s.kind in fitting]
    kind = str(tree.resource["resourceType"])
    if kind in fitting:
        held.append((kind, kind, tree.resource))
    path, kind, holder = tree.one(held)
    _extend(holder, copy.deepcopy(fitting[kind]))
    return f"{path}.extension"


@legal
def primitive_extended(tree: Tree) -> str:
    site = tree.a(
        lambda s: isinstance(s.value, str) and s.kind != "xhtml" and s.key not in ("id", "resourceType", "url")
    )
    more = {"extension": [{"url": "http://example.com/fhir/StructureDefinition/remark", "valueString": "x"}]}
    if f"_{site.key}" in site.holder:
        raise Inapplicable
    site.holder[f"_{site.key}"] = (
        more if site.index is None else [more if n == site.index else None for n in range(len(site.holder[site.key]))]
    )
    return site.path


@legal
def value_absent_with_reason(tree: Tree) -> str:
    site = tree.a(lambda s: isinstance(s.value, str) and s.index is None and s.key in (
        "birthDate", "family", "text", "description", "issued", "title", "start", "end", "recordedDate", "value"))  # fmt: skip
    del site.holder[site.key]
    site.holder[f"_{site.key}"] = {
        "extension": [{"url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason", "valueCode": "unknown"}]
    }
    return site.path


@legal
def another_code_of_the_value_set(tree: Tree) -> str:
    site = tree.a(
        lambda s: s.kind == "code" and s.element.strength == "required" and s.key not in ("type", "kind", "status")
    )
    site.put(tree.one(codes(tree.definitions, site.element.value_set))[1])
    return site.path


@legal
def another_status(tree: Tree) -> str:
    site = tree.a(lambda s: s.key == "status" and s.kind == "code" and s.holder is s.resource)
    site.put(tree.one(codes(tree.definitions, site.element.value_set))[1])
    return site.path


@legal
def tag_added(tree: Tree) -> str:
    meta = tree.resource.setdefault("meta", {})
    meta.setdefault("tag", []).append(dict(LOINC_TAG))
    return f"{tree.resource['resourceType']}.meta.tag"


@legal
def language_added(tree: Tree) -> str:
    tree.resource["language"] = tree.one(("en", "de-CH", "fr", "pt-BR", "en-US"))
    return f"{tree.resource['resourceType']}.language"


@legal
def identifier_added(tree: Tree) -> str:
    kind = str(tree.resource["resourceType"])
    element = tree.shapes.of(kind).get("identifier")
    if element is None or not element[0].listed:
        raise Inapplicable
    _extend(
        tree.resource,
        {"system": "http://hospital.smart.org/ids", "value": f"{tree.pick.randrange(10**6)}"},
        "identifier",
    )
    return f"{kind}.identifier"


@legal
def coding_of_an_unknown_system(tree: Tree) -> str:
    site = tree.a(lambda s: s.kind == "CodeableConcept" and isinstance(s.value, dict) and isinstance(s.value.get("coding"), list)
                  and s.element.strength in ("", "example", "preferred", "extensible"))  # fmt: skip
    site.value["coding"] = [
        *site.value["coding"],
        {"system": "http://my-hospital.org/codes", "code": "x1", "display": "X"},
    ]
    return site.path


@legal
def text_beside_coding(tree: Tree) -> str:
    site = tree.a(lambda s: s.kind == "CodeableConcept" and isinstance(s.value, dict))
    site.value["text"] = "in our own words"
    return site.path


@legal
def reference_displayed(tree: Tree) -> str:
    site = tree.a(lambda s: s.kind == "Reference" and isinstance(s.value, dict))
    site.value["display"] = "Somebody"
    return site.path


@legal
def reference_made_absolute(tree: Tree) -> str:
    site = _reference(tree)
    reference: str = site.value["reference"]
    if not reference[:1].isupper():
        raise Inapplicable
    site.value["reference"] = f"http://server.my-hospital.org/fhir/{reference}"
    return str(site.path)


@legal
def reference_made_logical(tree: Tree) -> str:
    site = _reference(tree)
    del site.value["reference"]
    site.value["identifier"] = {"system": "http://hospital.smart.org/ids", "value": "1"}
    return str(site.path)


@legal
def narrative_replaced(tree: Tree) -> str:
    kind = str(tree.resource["resourceType"])
    if "text" not in tree.shapes.of(kind):
        raise Inapplicable
    table, items = "<table><tr><td>1 &lt; 2</td></tr></table>", '<ul><li class="a">é &#169; <b>x</b></li></ul>'
    inner = tree.one(("<p>x</p>", table, items, "x<br/>y"))
    tree.resource["text"] = {"status": "additional", "div": f'<div xmlns="http://www.w3.org/1999/xhtml">{inner}</div>'}
    return f"{kind}.text"


@legal
def contained_and_used(tree: Tree) -> str:
    site = tree.a(lambda s: s.kind == "Reference" and isinstance(s.value, dict) and s.holder is not None
                  and s.resource is tree.resource and "Organization" in s.element.targets)  # fmt: skip
    held = tree.resource.setdefault("contained", [])
    held.append({"resourceType": "Organization", "id": "within", "name": "Within"})
    site.put({"reference": "#within"})
    return site.path
