"""What the validator can be told: the same names here, on the command line and in `fhir-case.toml`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from difflib import get_close_matches
from types import MappingProxyType
from typing import Any, Literal, get_args

Level = Literal["ignore", "information", "warning", "error"]
"""What becomes of a finding: nothing, or an issue of that severity."""

FailOn = Literal["error", "warning", "undecided", "none"]
"""From what on a run counts as failed; `undecided` counts errors, warnings and what could not be decided here."""

Questionnaires = Literal["ignore", "check", "require"]
"""QuestionnaireResponses: not held against a Questionnaire; against the one they name if it is known; or it must be."""


@dataclass(frozen=True, slots=True)
class ValidationSettings:
    """What the validator is told. The defaults are those of HL7's command line validator, offline.

    https://confluence.hl7.org/display/FHIR/Using+the+FHIR+Validator. Raises `ValueError` for a value that does not fit.
    """

    unknown_extensions: Level = "warning"
    """An extension whose definition is not known (one that modifies is a warning at least)."""
    extension_domains: tuple[str, ...] = ()
    """Urls that begin with one of these are extensions that need no definition."""
    displays: Level = "warning"
    """A `display` that is not one of its code's."""
    best_practice: Level = "ignore"
    """Invariants that are only a recommendation (elementdefinition-bestpractice)."""
    unknown_code_systems: Level = "warning"
    """A code of a system nobody here has heard of."""
    unresolved_profiles: Level = "warning"
    """A profile that `meta.profile` names and that is not known."""
    examples: bool = True
    """Whether urls of example.org may stand where a real one belongs."""
    languages: tuple[str, ...] = ()
    """The languages displays are looked at in, before that of the resource (BCP 47: `de`, `en-GB`)."""
    security_checks: bool = False
    """Whether strings that look like HTML are errors."""
    assume_valid_rest_references: bool = False
    """Whether the type of a reference's target may be inferred from its url (`…/Patient/1`)."""
    contained: bool = True
    """Whether contained resources are validated."""
    questionnaires: Questionnaires = "check"
    """Whether QuestionnaireResponses are held against their Questionnaire."""
    terminology: str = ""
    """The address of a FHIR terminology server that is asked what cannot be decided here; none: nobody is asked."""
    max_size: int = 1_000_000_000
    """Bytes of one input."""
    max_issues: int = 10_000
    """Issues of one resource; then the validation of it stops and says so."""
    fail_on: FailOn = "error"

    def __post_init__(self) -> None:
        for one in fields(self):
            value = getattr(self, one.name)
            if not _fits(value, one.default) or value not in CHOICES.get(one.name, (value,)):
                raise ValueError(f"{one.name}: expected {expected(one.name)}, found {value!r}")


CHOICES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    dict.fromkeys(
        ("unknown_extensions", "displays", "best_practice", "unknown_code_systems", "unresolved_profiles"),
        get_args(Level),
    )
    | {"fail_on": get_args(FailOn), "questionnaires": get_args(Questionnaires)}
)
"""The values of those settings that have only a few."""

_KINDS = {bool: "true or false", int: "a number", str: "a text", tuple: "a list of texts"}


def _fits(value: Any, like: Any) -> bool:
    if type(like) is tuple:
        return type(value) is tuple and all(type(one) is str for one in value)
    return type(value) is type(like) and (type(value) is not int or value > 0)


def expected(name: str) -> str:
    """What may stand for a setting, in words."""
    default = next(one.default for one in fields(ValidationSettings) if one.name == name)
    return " or ".join(CHOICES.get(name, (_KINDS[type(default)],)))


def from_table(table: Mapping[str, Any]) -> ValidationSettings:
    """The settings in a table of `fhir-case.toml`. Raises `ValueError` for names and values that do not fit."""
    names = [one.name for one in fields(ValidationSettings)]
    for name in table:
        if name not in names:
            near = get_close_matches(name.replace("-", "_"), names, 1)
            raise ValueError(f"{name}: there is no such setting" + (f"; did you mean {near[0]}?" if near else ""))
    values: dict[str, Any] = {name: tuple(v) if isinstance(v, list) else v for name, v in table.items()}
    return ValidationSettings(**values)
