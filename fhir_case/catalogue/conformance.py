"""Codes of definitions: packages, and profiles, value sets and measures as data."""

from __future__ import annotations

from fhir_case.catalogue.code import R4, Code

NPM = "https://confluence.hl7.org/display/FHIR/NPM+Package+Specification"

CODES = (
    Code(
        "definition-unreadable", "A file of a package that cannot be read",
        "It is no JSON, or no resource. The rest of the package is used.",
        fix="Tell who publishes the package.",
        link=R4 + "packages.html", kind="definition", type="structure",
    ),
    Code(
        "definition-unusable", "A definition that cannot be used",
        "It lacks what a definition needs (its url, for example), or is of no kind that can be used here.",
        fix="Correct it, or leave it out.",
        link=R4 + "conformance-module.html", kind="definition", type="structure",
    ),
    Code(
        "package-missing", "A package that is needed and not here",
        "A package depends on it. What it would have brought is missing: profiles may be unknown, codes undecided.",
        fix="Add it: fhir-case package add NAME@VERSION.",
        link=NPM, kind="undecided", type="not-found",
    ),
    Code(
        "package-version", "A version of a package that is not here",
        "No version that the demand allows is here or on the registry.",
        fix="Name another version.",
        link=NPM, kind="undecided", type="not-found",
    ),
    Code(
        "package-fhir-version", "A package for another version of FHIR",
        "The package is not for R4 (4.0.x). Its definitions are used, and may not fit.",
        fix="Use the package that its publisher made for R4.",
        link=NPM, kind="definition", type="not-supported",
    ),
)  # fmt: skip
