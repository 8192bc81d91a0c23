"""Codes of measures and their reports."""

from __future__ import annotations

from fhir_case.catalogue.code import R4, Code

CODES = (
    Code(
        "measure-unknown", "A measure that is not known here",
        (
            "The report names a Measure that is neither in the packages nor in the files given: it could not "
            "be held against it."
        ),
        fix="Give the file that has it (--definitions).",
        link=R4 + "measurereport.html", type="not-found",
    ),
    Code(
        "measure-library", "A library that is not known here",
        "The criteria of the measure are written in it, so they could not be checked.",
        fix="Give the file that has it (--definitions).",
        link=R4 + "measure.html", type="not-found",
    ),
    Code(
        "measure-criteria", "Criteria that cannot be found",
        (
            "The criteria name an expression of a library that the measure does not name, or are in a "
            "language that is not checked here."
        ),
        fix="Name the library, or correct the expression.",
        link=R4 + "measure.html", type="business-rule",
    ),
    Code(
        "measure-group", "Groups that do not fit",
        "A measure has groups, each with a code if there are several; a report has the groups of its measure.",
        fix="Add or correct the group.",
        link=R4 + "measurereport.html", type="business-rule",
    ),
    Code(
        "measure-population", "Populations that do not fit",
        "A group has populations with codes; a report has those of its measure, with their counts.",
        fix="Add or correct the population.",
        link=R4 + "measurereport.html", type="business-rule",
    ),
    Code(
        "measure-stratifier", "Stratifiers that do not fit",
        "A report has the stratifiers of its measure, and each can be told by its code.",
        fix="Add or correct the stratifier.",
        link=R4 + "measurereport.html", type="business-rule",
    ),
    Code(
        "measure-score", "A score that does not fit",
        "The scoring of the measure says whether there is a score, between what limits, and in what unit.",
        fix="Add, correct or leave out the score.",
        link=R4 + "measurereport.html", type="business-rule",
    ),
)  # fmt: skip
