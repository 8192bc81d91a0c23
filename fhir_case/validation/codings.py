"""Codings and units: does the system have the code, and is the display one of its (https://hl7.org/fhir/R4/datatypes.html#Coding)."""

from __future__ import annotations

from typing import Any

from fhir_case.terminology.code_system import CodeSystem
from fhir_case.validation.nearest import instead
from fhir_case.validation.places import At, Step
from fhir_case.validation.primitives import is_absolute
from fhir_case.validation.run import Node, Run
from fhir_case.validation.settings import Level

_CODE = Step("code", "code", "Coding.code", "code")
_SYSTEM = Step("system", "system", "Coding.system", "uri")
_DISPLAY = Step("display", "display", "Coding.display", "string")
_EXAMPLES = (
    "http://example.",
    "https://example.",
    "http://acme.",
    "https://acme.",
    "http://www.acme.",
    "urn:oid:",
    "urn:uuid:",
)


def check_coding(node: Node, at: At, run: Run) -> None:
    """A code against the system it names."""
    system, code = node.get("system"), node.get("code")
    if not isinstance(code, str) or (isinstance(system, str) and system.isspace()):
        return  # white space alone has been remarked on
    if not isinstance(system, str):
        if "system" not in node and "_system" not in node and not code.isspace():
            run.say(
                "code-system-unknown",
                at,
                "a code without a system has no defined meaning",
                "warning",
                "add the system that defines it",
            )
        return
    if not is_absolute(system):
        run.say("code-system-unknown", (at, _SYSTEM, None), "the system of a code is an absolute uri", value=system)
        return
    known = _system(system, node.get("version"), at, run)
    if known is None or (code.isspace() and known.codes is None):
        return
    if known.supplements or known.content == "supplement":
        run.say("code-system-unknown", (at, _SYSTEM, None), "this is a supplement: it adds to a code system and defines no codes",
                fix=known.supplements, value=system)  # fmt: skip
        return
    found = known.contains(code)
    if found is False:
        why = known.problem_with(code) or f"the code system {known.name} has no such code"
        # In a concept the whole coding is at fault: another one of the same list may be right.
        place = at if at[1].element == "CodeableConcept.coding" else (at, _CODE, None)
        run.say("code-unknown", place, why, "error", instead(known.nearest(code), known.codes or ()), value=code,
                key="code" if place is at else "")  # fmt: skip
        return
    if found is None and known.content in ("fragment", "example") and known.known:
        run.say("code-unknown", at, f"not among the codes that are here: {known.undecided}", "warning", value=code)
    elif found is None:
        run.say("code-undecided", at, known.undecided, "information")
    elif (concept := known.lookup(code)) is not None and concept.inactive:
        run.say("code-inactive", at, "this code is no longer used", "warning", value=code)
    display = node.get("display")
    if isinstance(display, str):
        before = len(run.found)
        _check_display(known, code, display, at, run)
        if len(run.found) > before:
            run.found.displays.setdefault(id(node), []).append(before)


def _system(system: str, version: Any, at: At, run: Run) -> CodeSystem | None:
    """The system of a code in the version it names; where it is not known, an issue says so."""
    terminology = run.checks.terminology
    known = terminology.code_system(system, version if isinstance(version, str) else None)
    if known is None and isinstance(version, str) and (other := terminology.code_system(system)) is not None:
        run.say("code-system-unknown", at, f"version {version[:40]} of the code system is not known here", "warning",
                f"version {other.version} is" if other.version else "", value=system)  # fmt: skip
    elif known is None:
        _unknown_system(system, at, run)
    return known


def _check_display(known: CodeSystem, code: str, display: str, at: At, run: Run) -> None:
    settings = run.checks.settings
    wrong = known.check_display(code, display, settings.languages or _language(run))
    if wrong is None:
        return
    if wrong.kind == "language":
        run.say("code-display", (at, _DISPLAY, None), "there is no display of this code in the language asked for",
                "information", value=display)  # fmt: skip
        return
    told = "a display that differs in white space" if wrong.kind == "space" else f"not a display of {code[:64]}"
    run.say("code-display", (at, _DISPLAY, None), told, settings.displays, wrong.nearest, value=display)


def _language(run: Run) -> tuple[str, ...]:
    language = run.resource.get("language")
    return (language,) if isinstance(language, str) else ()


def _unknown_system(system: str, at: At, run: Run) -> None:
    settings = run.checks.settings
    if _said_of_value_set(system, at, run):
        return
    level = "information" if settings.examples and system.startswith(_EXAMPLES) else settings.unknown_code_systems
    if level != "ignore":
        like = run.checks.terminology.meant(system)
        run.say("code-system-unknown", at, f"the code system {system[:120]} is not known here: its codes cannot be checked",
                level, f"did you mean {like}?" if like else "", value=system)  # fmt: skip


def _said_of_value_set(system: str, at: At, run: Run) -> bool:
    """Say so of a system that is a value set; whether it is one."""
    found = system.startswith("http://hl7.org/fhir/") and run.checks.definitions.find(system, "ValueSet") is not None
    if found:
        run.say("code-system-unknown", (at, _SYSTEM, None), "this is a value set, not a code system", "error",
                "the system that defines the code", value=system)  # fmt: skip
    return found


def check_quantity(node: Node, at: At, run: Run) -> None:
    """The code of a unit against its system: UCUM as a rule."""
    system, code = node.get("system"), node.get("code")
    if not isinstance(system, str) or not isinstance(code, str):
        return
    if not is_absolute(system):
        run.say("code-system-unknown", (at, _SYSTEM, None), "the system of a unit is an absolute uri", value=system)
        return
    known = run.checks.terminology.code_system(system)
    if known is None:
        _said_of_value_set(system, at, run)
    elif known.contains(code) is False:
        why = known.problem_with(code) or f"{known.name} has no such code"
        like = known.nearest(code)
        # HL7's validator looks at Quantity alone; what it says of an Age or Duration is no less true.
        level: Level = "error" if at[1].kind == "Quantity" else "warning"
        run.say("unit-invalid", (at, _CODE, None), why, level, f"did you mean {like}?" if like else "", value=code)
