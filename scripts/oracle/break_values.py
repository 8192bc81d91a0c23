"""Ways to break a resource: single values, codes and units."""

from __future__ import annotations

from shapes import codes
from tree import Inapplicable, Tree, breaking


def _put(tree: Tree, kinds: tuple[str, ...], *values: object) -> str:
    site = tree.of(*kinds)
    site.put(tree.one(values))
    return site.path


@breaking
def bad_date(tree: Tree) -> str:
    return _put(tree, ("date",), "2021-02-30", "2021-13-01", "21-01-01", "2021-1-1", "01.02.2021", "2021-06-31", "0000")


@breaking
def bad_date_time(tree: Tree) -> str:
    return _put(
        tree, ("dateTime",), "2021-02-29T10:00:00Z", "2021-01-01T10:00:00", "2021-01-01T25:00:00Z", "2021-01-01 10:00",
        "2021-01-01T10:00Z", "2021-00-10", "2021-01-01T10:00:00+25:00", "yesterday",
    )  # fmt: skip


@breaking
def bad_instant(tree: Tree) -> str:
    return _put(
        tree, ("instant",), "2021-01-01", "2021-01-01T10:00:00", "2021-01-01T10:61:00Z", "2021-01-01T10:00:00+1:00"
    )


@breaking
def bad_time(tree: Tree) -> str:
    return _put(tree, ("time",), "10:00", "24:30:00", "10:00:00Z", "noon")


@breaking
def bad_id(tree: Tree) -> str:
    return _put(tree, ("id",), "a b", "a_b", "é", "x" * 65, "a/b", "")


@breaking
def bad_resource_id(tree: Tree) -> str:
    site = tree.a(lambda site: site.key == "id" and site.holder is site.resource)
    site.put(tree.one(("a b", "a_b", "é", "x" * 65, "a/b", "#a")))
    return site.path


@breaking
def bad_uri(tree: Tree) -> str:
    return _put(
        tree, ("uri", "url", "canonical"), "http://example.com/a b", "urn:uuid:not-a-uuid", "urn:oid:1.2.a", "x y"
    )


@breaking
def bad_oid_or_uuid(tree: Tree) -> str:
    return _put(tree, ("oid", "uuid"), "1.2.3", "urn:oid:3.1", "urn:uuid:1", "urn:oid:1.02")


@breaking
def bad_code_spaces(tree: Tree) -> str:
    site = tree.of("code")
    site.put(tree.one((f" {site.value}", f"{site.value} ", f"{site.value}  x", "\t")))
    return site.path


@breaking
def bad_base64(tree: Tree) -> str:
    return _put(tree, ("base64Binary",), "A", "AAA", "A*==", "====", "AAAAA")


@breaking
def bad_count(tree: Tree) -> str:
    return _put(tree, ("positiveInt", "unsignedInt"), -1, -7, 3000000000)


@breaking
def zero_where_positive(tree: Tree) -> str:
    return _put(tree, ("positiveInt",), 0)


@breaking
def bad_integer(tree: Tree) -> str:
    return _put(tree, ("integer", "positiveInt", "unsignedInt"), 2147483648, 99999999999999, True)


@breaking
def space_around(tree: Tree) -> str:
    site = tree.of("string", "markdown", "uri", "url", "canonical", "dateTime", "date", "id")
    site.put(tree.one((f" {site.value}", f"{site.value} ")))
    return site.path


@breaking
def only_spaces(tree: Tree) -> str:
    return _put(tree, ("string", "markdown", "code", "uri"), " ", "   ")


@breaking
def control_character(tree: Tree) -> str:
    site = tree.of("string", "markdown")
    site.put(f"{site.value}\u0001")
    return site.path


@breaking
def code_outside_value_set(tree: Tree) -> str:
    site = tree.a(lambda site: site.kind == "code" and site.element.strength == "required")
    site.put(tree.one(("bogus", str(site.value).upper() + "x", f"{site.value}-x", "Unknown!")))
    return site.path


@breaking
def coding_outside_value_set(tree: Tree) -> str:
    site = tree.a(lambda s: s.kind in ("CodeableConcept", "Coding") and s.element.strength == "required")
    held = site.value
    coding = tree.one(held.get("coding", ())) if site.kind == "CodeableConcept" else held
    coding["code"] = "bogus"
    return site.path


@breaking
def code_in_another_case(tree: Tree) -> str:
    site = tree.a(
        lambda site: site.kind == "code" and site.element.strength == "required" and isinstance(site.value, str)
    )
    other = str(site.value).swapcase()
    if other == site.value:
        raise Inapplicable
    site.put(other)
    return site.path


@breaking
def code_unknown_in_system(tree: Tree) -> str:
    """A code that a system known to R4 does not have."""
    known = [s for s in tree.sites if s.kind == "Coding" and isinstance(s.value, dict) and s.value.get("code")]
    site = tree.one(
        s
        for s in known
        if (tree.definitions.find(s.value.get("system", ""), "CodeSystem") or {}).get("content") == "complete"
    )
    site.value["code"] = "bogus"
    return site.path


@breaking
def display_of_another_code(tree: Tree) -> str:
    site = tree.a(lambda s: s.kind == "Coding" and isinstance(s.value, dict) and "display" in s.value)
    site.value["display"] = "Something quite different"
    return site.path


@breaking
def coding_without_system(tree: Tree) -> str:
    site = tree.a(lambda s: s.kind == "Coding" and isinstance(s.value, dict) and "system" in s.value)
    del site.value["system"]
    return site.path


@breaking
def system_misspelt(tree: Tree) -> str:
    site = tree.a(lambda s: s.kind == "Coding" and isinstance(s.value, dict) and isinstance(s.value.get("system"), str))
    system = site.value["system"]
    site.value["system"] = tree.one(
        (system + "x", system + "/", system.upper(), "not-absolute", "http://hl7.org/fhir/nothing")
    )
    return site.path


@breaking
def unit_unknown_to_ucum(tree: Tree) -> str:
    site = tree.a(lambda s: isinstance(s.value, dict) and s.value.get("system") == "http://unitsofmeasure.org")
    site.value["code"] = tree.one(("mg/dl/", "MMHG", "mmol per L", "kgs", "µmol", "10^9/l"))
    return site.path


@breaking
def another_code_of_the_type(tree: Tree) -> str:
    """A code of another value set of the same resource: right in form, wrong in place."""
    bound = [s for s in tree.sites if s.kind == "code" and s.element.strength == "required"]
    site, other = tree.one(bound), tree.one(bound)
    listed = codes(tree.definitions, other.element.value_set)
    if other.element.value_set == site.element.value_set:
        raise Inapplicable
    site.put(tree.one(listed)[1])
    return site.path
