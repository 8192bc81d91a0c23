"""Codes of `fhir-case.toml`: settings and suppressions."""

from __future__ import annotations

from fhir_case.catalogue.code import Code

CODES = (
    Code(
        "settings-unreadable", "Settings that cannot be read",
        "fhir-case.toml is not TOML, or cannot be opened.",
        fix="The message says where it stops being TOML.",
        link="https://toml.io/en/v1.0.0", type="structure",
    ),
    Code(
        "settings-unknown", "No such setting",
        "There is no setting of this name, so it would have no effect.",
        '[validation]\ndisplay = "error"', '[validation]\ndisplays = "error"',
        fix="Correct the name; fhir-case validate --help lists all of them.",
        type="structure",
    ),
    Code(
        "settings-value", "Not a value of this setting",
        "The setting takes something else; the message says what.",
        '[validation]\ndisplays = "no"', '[validation]\ndisplays = "ignore"',
        fix="Write what is expected.",
        type="value",
    ),
    Code(
        "suppression-invalid", "A suppression that is not complete",
        (
            "A suppression names the code of an issue, optionally a path and a file (both may have *), and "
            "the reason why the issue may stay."
        ),
        '[[suppress]]\ncode = "code-display"',
        (
            '[[suppress]]\ncode = "code-display"\npath = "Observation.code.*"\nreason = "our laboratory prints '
            'these names"'
        ),
        fix="Add what is missing.",
        type="required",
    ),
    Code(
        "suppression-unused", "A suppression that suppresses nothing",
        "No issue of this run has its code and path: what it was for has gone, or it is misspelt.",
        fix="Remove it, or correct it.",
        type="informational",
    ),
    Code(
        "plugin-broken", "A mapping of another package that cannot be used",
        (
            "An entry point of the group fhir_case.mappings failed when it was loaded, gave no Mapping, or one that has "
            "no place here. It is left out; all else works as if it were not installed."
        ),
        fix="Repair or uninstall the package; ARCHITECTURE.md, “A mapping of your own”, says what is expected.",
        kind="unsupported", type="not-supported",
    ),
)  # fmt: skip
