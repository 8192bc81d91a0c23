"""Ways to break a resource: what is there, how often, and in what shape."""

from __future__ import annotations

import json

from tree import Inapplicable, Tree, breaking

from fhir_case.json import dumps

TEXTS = ("string", "code", "uri", "url", "canonical", "markdown", "id", "dateTime", "date", "instant")


@breaking
def required_removed(tree: Tree) -> str:
    site = tree.a(lambda site: site.element.min > 0)
    del site.holder[site.key]
    return site.path


@breaking
def name_misspelt(tree: Tree) -> str:
    site = tree.a(lambda site: len(site.key) > 3)
    at = tree.pick.randrange(1, len(site.key) - 1)
    wrong = site.key[:at] + site.key[at + 1] + site.key[at] + site.key[at + 2 :]
    if wrong == site.key or wrong in site.holder:
        raise Inapplicable
    items = [(wrong if key == site.key else key, held) for key, held in site.holder.items()]
    site.holder.clear()
    site.holder.update(items)
    return site.path


@breaking
def unknown_added(tree: Tree) -> str:
    site = tree.a(lambda site: isinstance(site.value, dict))
    site.value[tree.one(("colour", "valueTexts", "_remark", "fhir_comments"))] = "blue"
    return site.path


@breaking
def list_made_single(tree: Tree) -> str:
    site = tree.a(lambda site: site.element.listed and site.index is not None)
    site.holder[site.key] = site.value
    return site.path


@breaking
def single_made_list(tree: Tree) -> str:
    site = tree.a(lambda site: not site.element.listed and site.index is None)
    site.holder[site.key] = [site.value]
    return site.path


@breaking
def value_doubled(tree: Tree) -> str:
    site = tree.a(lambda site: not site.element.listed and site.index is None)
    site.holder[site.key] = [site.value, site.value]
    return site.path


@breaking
def object_emptied(tree: Tree) -> str:
    site = tree.a(lambda site: isinstance(site.value, dict) and site.kind != "Resource")
    site.value.clear()
    return site.path


@breaking
def list_emptied(tree: Tree) -> str:
    site = tree.a(lambda site: site.index is not None)
    site.holder[site.key] = []
    return site.path


@breaking
def text_emptied(tree: Tree) -> str:
    site = tree.a(lambda site: isinstance(site.value, str))
    site.put("")
    return site.path


@breaking
def value_made_null(tree: Tree) -> str:
    site = tree.a(lambda site: site.index is None)
    site.put(None)
    return site.path


@breaking
def number_for_text(tree: Tree) -> str:
    site = tree.of(*TEXTS)
    site.put(42)
    return site.path


@breaking
def text_for_number(tree: Tree) -> str:
    site = tree.of("decimal", "integer", "positiveInt", "unsignedInt")
    site.put(str(site.value))
    return site.path


@breaking
def text_for_boolean(tree: Tree) -> str:
    site = tree.of("boolean")
    site.put("true" if site.value is True else "no")
    return site.path


@breaking
def text_for_object(tree: Tree) -> str:
    site = tree.a(lambda site: isinstance(site.value, dict) and site.kind != "Resource")
    site.put("text")
    return site.path


@breaking
def object_for_text(tree: Tree) -> str:
    site = tree.of(*TEXTS)
    site.put({"value": site.value})
    return site.path


@breaking
def type_misspelt(tree: Tree) -> str:
    holder = tree.one([tree.resource, *(site.value for site in tree.sites if site.kind == "Resource")])
    holder["resourceType"] = str(holder["resourceType"])[:-1] + "x"
    return str(tree.resource["resourceType"])


@breaking
def type_left_out(tree: Tree) -> str:
    path, holder = tree.one([("", tree.resource), *((s.path, s.value) for s in tree.sites if s.kind == "Resource")])
    del holder["resourceType"]
    return path


@breaking
def two_choices(tree: Tree) -> str:
    site = tree.a(lambda site: site.element.choice and len(site.element.types) > 1)
    name = site.element.name
    texts = {"string": "x", "boolean": True, "integer": 1, "dateTime": "2020", "code": "x", "uri": "urn:x:y"}
    kind = tree.one(type for type in site.element.types if type in texts and type != site.kind)
    site.holder[name + kind[0].upper() + kind[1:]] = texts[kind]
    return site.path


@breaking
def choice_of_another_type(tree: Tree) -> str:
    site = tree.a(lambda site: site.element.choice)
    wrong = tree.one(type for type in ("Signature", "base64Binary", "oid", "Money") if type not in site.element.types)
    values = {
        "Signature": {"who": {"display": "x"}},
        "base64Binary": "AAAA",
        "oid": "urn:oid:1.2.3",
        "Money": {"value": 1},
    }
    site.holder[site.element.name + wrong[0].upper() + wrong[1:]] = values[wrong]
    del site.holder[site.key]
    return site.path


@breaking
def too_many(tree: Tree) -> str:
    """A list with more items than a profile or the type allows."""
    site = tree.a(
        lambda site: site.index is not None and site.kind in ("Resource", "Narrative", "Identifier", "Coding")
    )
    site.holder[site.key] = [site.value] * 3
    return site.path


@breaking
def companion_without_value(tree: Tree) -> str:
    """`_x` that says nothing."""
    site = tree.a(lambda site: isinstance(site.value, str | bool) and site.index is None)
    site.holder[f"_{site.key}"] = tree.one(({}, {"id": ""}, {"extension": []}, "x", {"value": 1}))
    return site.path


@breaking
def companions_too_many(tree: Tree) -> str:
    """A `_x` list that is longer than that of the values, with nothing in it."""
    site = tree.a(lambda site: isinstance(site.value, str) and site.index is not None)
    site.holder[f"_{site.key}"] = [None] * (len(site.holder[site.key]) + 1)
    return site.path


@breaking
def key_twice(tree: Tree) -> str:
    text = dumps(tree.resource, indent=2)
    key = tree.one(key for key, held in tree.resource.items() if isinstance(held, str) and key != "resourceType")
    line = f'  {json.dumps(key)}: "again",\n'
    tree.text = text.replace("{\n", "{\n" + line, 1)
    return f"{tree.resource['resourceType']}.{key}"


@breaking
def json_broken(tree: Tree) -> str:
    text = dumps(tree.resource, indent=2)
    at = tree.one(at for at, character in enumerate(text) if character in '{}[],:"')
    tree.text = text[:at] + text[at + 1 :]
    return ""
