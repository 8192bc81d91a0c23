"""A profile only narrows what it stands on (https://hl7.org/fhir/R4/profiling.html#limitations)."""

from __future__ import annotations

from fhir_case.validation.conformance.reading import below, choice, choice_at, known, objects, text, texts
from fhir_case.validation.conformance.structure import Structure, code_of, codes
from fhir_case.validation.places import At
from fhir_case.validation.primitives import is_absolute
from fhir_case.validation.run import Node, Run
from fhir_case.validation.values import meets, same

_CORE = "http://hl7.org/fhir/StructureDefinition/"
_STRENGTHS = ("example", "preferred", "extensible", "required")
_ANY = frozenset(("Resource", "DomainResource", "Element", "BackboneElement"))


def check_narrowing(structure: Structure, element: Node, at: At, run: Run) -> None:
    """An element of a differential, against the same element of the base."""
    base = structure.in_base(element)
    if base is None or not structure.is_constraint:
        return
    _check_counts(element, base, at, run)
    _check_types(element, base, at, run)
    _check_targets(element, base, at, run)
    _check_strength(element, base, at, run)
    _check_value(element, base, at, run)


def _check_counts(element: Node, base: Node, at: At, run: Run) -> None:
    least, most = element.get("min"), text(element, "max")
    is_slice = "sliceName" in element and "sliceName" not in base
    if isinstance(least, int) and isinstance(base.get("min"), int) and least < base["min"] and not is_slice:
        run.say(
            "definition-narrowing", at, f"min is {least}, in the base {base['min']}", fix=str(base["min"]), value=least
        )
    if _number(most) > _number(text(base, "max")):
        run.say(
            "definition-narrowing", at, f"max is {most}, in the base {base['max']}", fix=text(base, "max"), value=most
        )


def _number(most: str) -> float:
    return int(most) if most.isdecimal() and len(most) < 10 else float("inf") if most == "*" else -1


def _check_types(element: Node, base: Node, at: At, run: Run) -> None:
    allowed = set(codes(base))
    if not allowed or allowed & _ANY or "*" in allowed:
        return
    for index, one in enumerate(objects(element, "type")):
        code = code_of(one)
        if not code or is_absolute(code):
            continue
        if not run.checks.definitions.type(code):
            run.say("definition-narrowing", below(at, "type", index), f"R4 has no type {code[:60]}", value=code)
        elif allowed.isdisjoint(run.checks.ancestors(code)):
            told = f"in the base the types are {', '.join(sorted(allowed))[:200]}"
            run.say("definition-narrowing", below(at, "type", index), told, value=code)


def _check_targets(element: Node, base: Node, at: At, run: Run) -> None:
    """What a reference may lead to is among what it may lead to in the base, or a profile of that."""
    wanted = {one for of in objects(base, "type") for one in texts(of, "targetProfile")}
    if not wanted or _CORE + "Resource" in wanted:
        return
    for index, of in enumerate(objects(element, "type")):
        for number, canonical in enumerate(texts(of, "targetProfile")):
            if not _comes_from(canonical, wanted, run):
                place = below(below(at, "type", index), "targetProfile", number)
                told = (
                    f"in the base it may lead to {', '.join(one.removeprefix(_CORE) for one in sorted(wanted))[:200]}"
                )
                run.say("definition-narrowing", place, told, value=canonical)


def _comes_from(canonical: str, wanted: set[str], run: Run) -> bool:
    """Whether a profile is one of these, or derived from one; also where that can't be told here."""
    seen: set[str] = set()
    while canonical and canonical not in seen:
        if canonical in wanted or canonical.partition("|")[0] in wanted:
            return True
        seen.add(canonical)
        profile = known(run, canonical, "StructureDefinition")
        if profile is None:
            return True
        canonical = text(profile, "baseDefinition")
    return False


def _check_strength(element: Node, base: Node, at: At, run: Run) -> None:
    strength, theirs = text(element.get("binding"), "strength"), text(base.get("binding"), "strength")
    if strength in _STRENGTHS and theirs == "required" and strength != "required":
        run.say("definition-narrowing", below(at, "binding"), f"the binding is {strength}, in the base {theirs}", fix=theirs,
                value=strength)  # fmt: skip
    elif theirs == "required" and strength == "required":
        _check_codes(element, base, at, run)


def _check_codes(element: Node, base: Node, at: At, run: Run) -> None:
    """A value set that takes the place of a required one has codes of that one alone, where both can be listed."""
    own, wanted = (text(one.get("binding"), "valueSet") for one in (element, base))
    if not own or not wanted or own == wanted:
        return
    values, allowed = run.checks.terminology.value_set(own), run.checks.terminology.value_set(wanted)
    if values is None or allowed is None or values.pairs is None:
        return
    outside = sorted(code for system, code in values.pairs if allowed.contains(system, code) is False)
    if outside:
        told = f"the base requires codes of {wanted}, which does not have {', '.join(outside[:5])}"
        run.say("definition-narrowing", below(at, "binding"), told, value=own)


def _check_value(element: Node, base: Node, at: At, run: Run) -> None:
    """A fixed value stays what it is; a pattern is met by what takes its place."""
    primitives = run.checks.definitions.primitives
    wanted, pattern = choice(base, "fixed", primitives), choice(base, "pattern", primitives)
    for name in ("fixed", "pattern"):
        own = choice(element, name, primitives)
        if own is None:
            continue
        place = choice_at(at, name, own)
        types = codes(element) or codes(base)
        if types and own.type not in types and not _ANY & set(types):
            told = f"the element can't have a value of type {own.type}; its types: {', '.join(types)[:200]}"
            run.say("definition-value", place, told, value=own.type)
        elif wanted is not None and (own.type != wanted.type or not same(own.value, wanted.value)):
            run.say(
                "definition-value",
                place,
                "the base has another fixed value",
                fix=str(wanted.value)[:120],
                value=own.value,
            )
        elif pattern is not None and (own.type != pattern.type or not meets(own.value, pattern.value)):
            run.say("definition-value", place, "does not meet the pattern that the base has", value=own.type)
