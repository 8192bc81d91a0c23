"""The properties that a code system defines, and those that its concepts have.

https://hl7.org/fhir/R4/codesystem.html#properties, https://hl7.org/fhir/R4/codesystem-concept-properties.html
"""

from __future__ import annotations

from typing import NamedTuple

from fhir_case.terminology.code_system import CodeSystem
from fhir_case.validation.conformance.reading import below, choice, extensions, numbered, text
from fhir_case.validation.places import At
from fhir_case.validation.primitives import is_absolute
from fhir_case.validation.run import Node, Run

STANDARD = "http://hl7.org/fhir/concept-properties#"
TYPES = {
    "status": "code", "inactive": "boolean", "effectiveDate": "dateTime", "deprecated": "dateTime",
    "deprecationDate": "dateTime", "retirementDate": "dateTime", "notSelectable": "boolean", "parent": "code",
    "child": "code", "partOf": "code", "synonym": "code", "alternateCode": "code", "comment": "string",
    "itemWeight": "decimal", "order": "decimal", "definition": "string",
}  # fmt: skip
"""The properties FHIR gives a meaning, R4's and later ones, and the type of each."""
_CONCEPTS = frozenset(("parent", "child", "partOf", "synonym"))
"""Those whose values are codes of the same code system."""
_VALUE_SETS = (
    "http://hl7.org/fhir/StructureDefinition/codesystem-property-valueset",
    "http://hl7.org/fhir/6.0/StructureDefinition/extension-CodeSystem.property.valueSet",
)


class _Defined(NamedTuple):
    type: str
    concepts: bool
    """Its values are surely codes of this code system."""
    values: str
    """The value set of its values, where that is said."""


class Properties:
    """The properties of one code system: their definitions are checked when it is made, the values concept by concept."""

    def __init__(self, system: Node, base: CodeSystem | None, codes: set[str], at: At, run: Run) -> None:
        self._by_code: dict[str, _Defined] = {}
        self._uris: set[str] = set()
        self._system, self._base, self._codes = system, base, codes
        self._whole = text(system, "content") in ("complete", "supplement")
        self._primitives = run.checks.definitions.primitives
        self._said: set[tuple[str, str]] = set()
        for index, one in numbered(system, "property"):
            self._define(one, below(at, "property", index), run)

    # Definitions

    def _define(self, one: Node, at: At, run: Run) -> None:
        uri, code, kind = text(one, "uri"), text(one, "code"), text(one, "type")
        meaning = uri.removeprefix(STANDARD) if uri.startswith(STANDARD) else ""
        if uri:
            self._check_uri(uri, meaning, at, run)
        if code in self._by_code:
            run.say("definition-property", at, "another property has this code", value=code)
        values = next((_value(ext) for url in _VALUE_SETS for _, ext in extensions(one, url)), "")
        if code and code not in self._by_code:
            self._by_code[code] = _Defined(kind, meaning in _CONCEPTS, values)
        if meaning in TYPES:
            if code in TYPES and code != meaning:
                run.say("definition-property", at, f"the uri is that of the property {meaning}, the code that of {code}",
                        fix=meaning, value=code)  # fmt: skip
            if kind and kind != TYPES[meaning]:
                run.say("definition-property", at, f"the property {meaning} has the type {TYPES[meaning]}, not {kind}",
                        fix=TYPES[meaning], value=kind)  # fmt: skip
        elif not uri and code in TYPES:
            run.say("definition-property", at, "without its uri, that this is the standard property is only a guess", "warning",
                    STANDARD + code, value=code)  # fmt: skip
            if kind and kind != TYPES[code]:
                run.say("definition-property", at, f"the property {code} has the type {TYPES[code]}, not {kind}", "warning",
                        TYPES[code], value=kind)  # fmt: skip
        elif not uri:
            run.say(
                "definition-property",
                at,
                "a property without a uri has no meaning elsewhere",
                "information",
                value=code,
            )

    def _check_uri(self, uri: str, meaning: str, at: At, run: Run) -> None:
        if not is_absolute(uri):
            run.say("definition-property", at, "the uri of a property is absolute", value=uri)
            return
        if uri in self._uris:
            run.say("definition-property", at, "another property has this uri", value=uri)
        self._uris.add(uri)
        own = text(self._system, "url")
        is_own = (own.startswith("http://hl7.org/fhir/") and "/" not in own[20:]) or (own and uri.startswith(own))
        if "://hl7.org/fhir" in uri and meaning not in TYPES and not is_own and not _is_concept(uri, run):
            told = "FHIR defines no such property; one's own property has a uri of one's own"
            run.say("definition-property", at, told, value=uri)

    # Values

    def check(self, concept: Node, at: At, run: Run) -> None:
        """The properties of one concept: defined, with a value of their type, codes that exist."""
        for index, one in numbered(concept, "property"):
            code = one.get("code")
            if not isinstance(code, str):
                continue
            defined = self._by_code.get(code)
            value = choice(one, "value", self._primitives)
            if defined is not None and value is not None and value.type == defined.type:
                if value.type == "code" and isinstance(value.value, str):
                    self._check_code(code, defined, value.value, below(at, "property", index), run)
            else:
                self._misfit(code, defined, value.type if value else "", below(at, "property", index), run)
            if code == "synonym" and value is not None and str(value.value) not in self._codes:
                run.say("definition-property-value", below(at, "property", index),
                        "a synonym is another code of this code system", "warning", value=value.value)  # fmt: skip

    def _misfit(self, code: str, defined: _Defined | None, found: str, at: At, run: Run) -> None:
        if defined is None:
            run.say(
                "definition-property-value", at, "the code system does not define this property", "warning", value=code
            )
        if not found:
            run.say("definition-property-value", at, f"the property {code} has no value", value=code)
        elif defined is not None and defined.type:
            run.say(
                "definition-property-value",
                at,
                f"the property {code} is of type {defined.type}, found {found}",
                value=code,
            )

    def _check_code(self, name: str, defined: _Defined, value: str, at: At, run: Run) -> None:
        """A value that is a code: of the value set that is said, else of this code system. Each value is remarked on once."""
        if (value in self._codes and not defined.values) or (name, value) in self._said:
            return
        if defined.values:
            values = run.checks.terminology.value_set(defined.values)
            if values is not None and values.contains(None, value) is False:
                self._said.add((name, value))
                run.say("definition-property-value", at, f"not a code of the value set {defined.values}", value=value)
            return
        if self._base is not None:
            wrong, is_error = self._base.contains(value) is False, True
        else:
            wrong, is_error = self._whole, defined.concepts
        if wrong:
            self._said.add((name, value))
            told = f"the property {name} names a code that is not in this code system"
            run.say("definition-property-value", at, told, "error" if is_error else "warning", value=value)


def _is_concept(uri: str, run: Run) -> bool:
    """Whether a uri names a concept: `system#code`."""
    url, _, code = uri.rpartition("#")
    system = run.checks.terminology.code_system(url) if url else None
    return system is not None and system.contains(code) is True


def _value(extension: Node) -> str:
    return next((held for key, held in extension.items() if key.startswith("value") and isinstance(held, str)), "")
