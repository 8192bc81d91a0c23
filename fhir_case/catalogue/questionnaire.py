"""Codes of questionnaires and their answers."""

from __future__ import annotations

from fhir_case.catalogue.code import R4, Code

CODES = (
    Code(
        "questionnaire-unknown", "A questionnaire that is not known here",
        (
            "The answers name a Questionnaire that is neither contained nor in the packages and files given: "
            "they could not be held against it."
        ),
        fix="Give the file that has it (--definitions).",
        link=R4 + "questionnaireresponse.html", type="not-found",
    ),
    Code(
        "questionnaire-item-unknown", "An answer to a question that is not there",
        "The Questionnaire has no item with this linkId, or not in this place.",
        fix="Correct the linkId, or put the item where it belongs.",
        link=R4 + "questionnaireresponse.html", type="structure",
    ),
    Code(
        "questionnaire-item-order", "Answers in another order than the questions",
        "Items of the answers stand in the order of the questionnaire's.",
        fix="Change the order.",
        link=R4 + "questionnaireresponse.html#notes", type="structure",
    ),
    Code(
        "questionnaire-item-required", "A required question without an answer",
        "The question is required and enabled, and the answers are said to be complete.",
        fix="Answer it, or give the response the status in-progress.",
        link=R4 + "questionnaireresponse.html", type="required",
    ),
    Code(
        "questionnaire-answer-type", "An answer of the wrong type",
        "The type of the question says what its answers are: a Coding for a choice, a decimal for a decimal.",
        '{"linkId": "weight", "answer": [{"valueString": "70"}]}',
        '{"linkId": "weight", "answer": [{"valueDecimal": 70}]}',
        fix="Use the type named.",
        link=R4 + "questionnaire.html", type="value",
    ),
    Code(
        "questionnaire-answer-option", "An answer that is not offered",
        "The question lists its answers, or names a value set of them, and this is none of these.",
        fix="Use one that is offered.",
        link=R4 + "questionnaire.html", type="code-invalid",
    ),
    Code(
        "questionnaire-answer-count", "Too many answers, or too few",
        "Only questions that repeat have several answers.",
        fix="Keep one.",
        link=R4 + "questionnaire.html", type="structure",
    ),
    Code(
        "questionnaire-answer-disabled", "An answer to a question that does not arise",
        "enableWhen of the question is not met, so it is not asked.",
        fix="Leave the answer out, or correct the one it depends on.",
        link=R4 + "questionnaire.html#enableWhen", type="business-rule",
    ),
)  # fmt: skip
