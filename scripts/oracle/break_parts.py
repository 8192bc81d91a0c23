"""Ways to break a resource: references, extensions, narrative, contained resources, invariants, bundles."""

from __future__ import annotations

import copy
from typing import Any

from tree import Inapplicable, Tree, breaking

XHTML = 'xmlns="http://www.w3.org/1999/xhtml"'


def _reference(tree: Tree) -> Any:
    return tree.a(
        lambda s: s.kind == "Reference" and isinstance(s.value, dict) and isinstance(s.value.get("reference"), str)
    )


@breaking
def reference_to_wrong_type(tree: Tree) -> str:
    site = tree.a(
        lambda s: s.kind == "Reference" and isinstance(s.value, dict) and "reference" in s.value
        and bool(s.element.targets) and "Resource" not in s.element.targets
    )  # fmt: skip
    wrong = tree.one(sorted(tree.definitions.resources - set(site.element.targets)))
    site.value["reference"] = f"{wrong}/{tree.one(('1', 'example', 'f001'))}"
    site.value.pop("type", None)
    return site.path


@breaking
def reference_to_wrong_contained(tree: Tree) -> str:
    site = tree.a(
        lambda s: s.kind == "Reference" and s.resource is tree.resource and bool(s.element.targets)
        and not {"Resource", "Basic"} & set(s.element.targets)
    )  # fmt: skip
    _extend(tree.resource, {"resourceType": "Basic", "id": "wrong", "code": {"text": "x"}}, "contained")
    site.put({"reference": "#wrong"})
    return site.path


@breaking
def reference_type_contradicts(tree: Tree) -> str:
    site = _reference(tree)
    site.value["type"] = tree.one(("Bogus", "Binary", "http://example.com/Patient"))
    return site.path


@breaking
def reference_malformed(tree: Tree) -> str:
    site = _reference(tree)
    site.value["reference"] = tree.one(
        ("Patient 1", "Patient/a b", "Patient/", "Bogus/1", "Patient/1/2/3", "/Patient/1", "1")
    )
    return site.path


@breaking
def reference_to_nothing_contained(tree: Tree) -> str:
    site = _reference(tree)
    site.value["reference"] = "#nothing"
    return site.path


def _some_holder(tree: Tree) -> tuple[str, Any]:
    """An element or the resource itself, to put an extension on."""
    elements = [
        (s.path, s.value) for s in tree.sites if isinstance(s.value, dict) and s.kind not in ("Resource", "Extension")
    ]
    return tree.one([(str(tree.resource["resourceType"]), tree.resource), *elements])


def _extend(holder: Any, extension: Any, key: str = "extension") -> None:
    held = holder.setdefault(key, [])
    if not isinstance(held, list):
        raise Inapplicable
    held.append(extension)


@breaking
def extension_without_url(tree: Tree) -> str:
    path, holder = _some_holder(tree)
    _extend(holder, {"valueString": "x"})
    return f"{path}.extension"


@breaking
def extension_with_both(tree: Tree) -> str:
    """A value and extensions within (ext-1)."""
    path, holder = _some_holder(tree)
    inner = [{"url": "http://example.com/a", "valueString": "a"}]
    _extend(holder, {"url": "http://example.com/x", "valueString": "x", "extension": inner})
    return f"{path}.extension"


@breaking
def extension_with_neither(tree: Tree) -> str:
    path, holder = _some_holder(tree)
    _extend(holder, {"url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason"})
    return f"{path}.extension"


@breaking
def extension_of_wrong_value(tree: Tree) -> str:
    path, holder = _some_holder(tree)
    _extend(holder, {"url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason", "valueString": "unknown"})
    return f"{path}.extension"


@breaking
def extension_out_of_context(tree: Tree) -> str:
    path, holder = _some_holder(tree)
    url, value = tree.one((
        ("patient-birthPlace", {"valueAddress": {"city": "Ulm"}}), ("humanname-own-name", {"valueString": "x"}),
        ("condition-assertedDate", {"valueDateTime": "2020"}), ("iso21090-ADXP-streetName", {"valueString": "x"}),
    ))  # fmt: skip
    _extend(holder, {"url": f"http://hl7.org/fhir/StructureDefinition/{url}", **value})
    return f"{path}.extension"


@breaking
def modifier_extension_unknown(tree: Tree) -> str:
    kind = str(tree.resource["resourceType"])
    _extend(tree.resource, {"url": "http://example.com/unknown-modifier", "valueBoolean": True}, "modifierExtension")
    return f"{kind}.modifierExtension"


@breaking
def extension_url_relative(tree: Tree) -> str:
    path, holder = _some_holder(tree)
    _extend(holder, {"url": tree.one(("colour", "", "not a url")), "valueString": "x"})
    return f"{path}.extension"


def _narrative(tree: Tree, content: str) -> str:
    kind = str(tree.resource["resourceType"])
    if "text" not in tree.shapes.of(kind):
        raise Inapplicable
    tree.resource["text"] = {"status": "generated", "div": content}
    return f"{kind}.text.div"


@breaking
def narrative_script(tree: Tree) -> str:
    wrong = tree.one(
        ("<script>alert(1)</script>", '<p onclick="x()">x</p>', "<form>x</form>", "<iframe/>", "<object>x</object>")
    )
    return _narrative(tree, f"<div {XHTML}>{wrong}</div>")


@breaking
def narrative_not_xhtml(tree: Tree) -> str:
    wrong = (
        "<div>x</div>",
        f"<div {XHTML}>x",
        f"<p {XHTML}>x</p>",
        "x",
        f"<div {XHTML}><p>x</div>",
        f"<div {XHTML}>&nosuch;</div>",
    )
    return _narrative(tree, tree.one(wrong))


@breaking
def narrative_empty(tree: Tree) -> str:
    return _narrative(tree, tree.one((f"<div {XHTML}></div>", f"<div {XHTML}> </div>", f"<div {XHTML}><p/></div>")))


@breaking
def contained_unused(tree: Tree) -> str:
    kind = str(tree.resource["resourceType"])
    if "contained" not in tree.shapes.of(kind):
        raise Inapplicable
    _extend(tree.resource, {"resourceType": "Patient", "id": "unused"}, "contained")
    return f"{kind}.contained"


@breaking
def contained_nested(tree: Tree) -> str:
    site = tree.a(lambda s: s.key == "contained" and isinstance(s.value, dict))
    site.value["contained"] = [{"resourceType": "Organization", "id": "inner", "name": "x"}]
    return site.path


@breaking
def contained_without_id(tree: Tree) -> str:
    site = tree.a(lambda s: s.key == "contained" and isinstance(s.value, dict) and "id" in s.value)
    del site.value["id"]
    return site.path


@breaking
def contained_versioned(tree: Tree) -> str:
    site = tree.a(lambda s: s.key == "contained" and isinstance(s.value, dict))
    site.value["meta"] = {"versionId": "1"}
    return site.path


# Invariants of data types: https://hl7.org/fhir/R4/datatypes.html

BROKEN: dict[str, tuple[str, Any]] = {
    "per-1": ("Period", {"start": "2021-05-01", "end": "2020-05-01"}),
    "qty-3": ("Quantity", {"value": 1, "code": "mg"}),
    "rng-2": ("Range", {"low": {"value": 9}, "high": {"value": 1}}),
    "rat-1": ("Ratio", {"numerator": {"value": 1}}),
    "cpt-2": ("ContactPoint", {"value": "555 1234"}),
    "att-1": ("Attachment", {"data": "AAAA"}),
    "tim-2": ("Timing", {"repeat": {"period": 2}}),
    "tim-5": ("Timing", {"repeat": {"period": -1, "periodUnit": "d"}}),
    "age-1": ("Age", {"value": 5, "unit": "years"}),
    "ref-1": ("Reference", {"reference": "#missing"}),
    "sdd": ("SampledData", {"origin": {"value": 0}, "period": 1}),
}


@breaking
def invariant_of_a_type(tree: Tree) -> str:
    kind, value = tree.one(tuple(BROKEN.values()))
    site = tree.of(kind)
    site.put(copy.deepcopy(value))
    return site.path


@breaking
def invariant_of_a_resource(tree: Tree) -> str:
    """What the invariants of common resources forbid."""
    kind = str(tree.resource["resourceType"])
    wrong: dict[str, tuple[dict[str, Any], ...]] = {
        "Patient": ({"contact": [{"gender": "female"}]},),
        "Observation": ({"valueString": "x", "dataAbsentReason": {"text": "x"}}, {"referenceRange": [{"age": {}}]},
                        {"referenceRange": [{"appliesTo": [{"text": "x"}]}]}, {"component": [{"valueString": "x"}]}),
        "Condition": ({"abatementString": "gone", "clinicalStatus": {"coding": [
            {"system": "http://terminology.hl7.org/CodeSystem/condition-clinical", "code": "active"}]}},),
        "Organization": ({"name": None, "identifier": None}, {"address": [{"use": "home", "text": "x"}]},
                         {"telecom": [{"use": "home", "system": "phone", "value": "1"}]}),
        "AllergyIntolerance": ({"clinicalStatus": None, "verificationStatus": None},),
        "Encounter": ({"status": None},),
        "Questionnaire": ({"item": [{"linkId": "1", "type": "display", "required": True}]},
                          {"item": [{"linkId": "1", "type": "string"}, {"linkId": "1", "type": "string"}]},
                          {"item": [{"linkId": "1", "type": "group"}]}),
        "ValueSet": ({"compose": {"include": [{"concept": [{"code": "x"}]}]}},),
        "CodeSystem": ({"concept": [{"code": "a"}, {"code": "a"}], "content": "complete"},),
        "Bundle": ({"type": "document"}, {"total": 3, "type": "collection"}),
        "Composition": ({"section": [{"title": "x", "mode": "snapshot"}]},),
        "Immunization": ({"vaccineCode": None},), "MedicationRequest": ({"intent": None},),
        "StructureDefinition": ({"derivation": None, "baseDefinition": "http://hl7.org/fhir/StructureDefinition/Patient"},),
    }  # fmt: skip
    if kind not in wrong:
        raise Inapplicable
    for key, value in tree.one(wrong[kind]).items():
        if value is None:
            tree.resource.pop(key, None)
        else:
            tree.resource[key] = value
    return kind


def _entries(tree: Tree) -> list[Any]:
    held = tree.resource.get("entry")
    if tree.resource["resourceType"] != "Bundle" or not isinstance(held, list) or not held:
        raise Inapplicable
    return held


@breaking
def bundle_full_url_twice(tree: Tree) -> str:
    entries = [entry for entry in _entries(tree) if entry.get("fullUrl")]
    tree.one(entries)["fullUrl"] = tree.one(entries)["fullUrl"]
    return "Bundle.entry"


@breaking
def bundle_full_url_wrong(tree: Tree) -> str:
    entry = tree.one(entry for entry in _entries(tree) if entry.get("fullUrl"))
    entry["fullUrl"] = tree.one(("Patient/1", "urn:uuid:1", "", "http://example.com/fhir/Patient/other-id/x"))
    return "Bundle.entry"


@breaking
def bundle_reference_to_nowhere(tree: Tree) -> str:
    _entries(tree)
    site = _reference(tree)
    site.value["reference"] = "urn:uuid:00000000-0000-4000-8000-000000000000"
    return str(site.path)


@breaking
def bundle_entry_emptied(tree: Tree) -> str:
    entries = _entries(tree)
    at = tree.pick.randrange(len(entries))
    entries[at] = tree.one(({}, {"fullUrl": "urn:uuid:00000000-0000-4000-8000-000000000001"}, {"resource": {}}))
    return f"Bundle.entry[{at}]"


@breaking
def bundle_request_removed(tree: Tree) -> str:
    entry = tree.one(entry for entry in _entries(tree) if "request" in entry or "search" in entry)
    entry.pop("request", None) or entry.pop("search", None)
    return "Bundle.entry"


@breaking
def bundle_first_entry_moved(tree: Tree) -> str:
    entries = _entries(tree)
    if tree.resource.get("type") not in ("document", "message") or len(entries) < 2:
        raise Inapplicable
    entries.append(entries.pop(0))
    return "Bundle.entry[0]"
