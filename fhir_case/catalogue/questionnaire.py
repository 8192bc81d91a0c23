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
    Code(
        "questionnaire-missing", "No questionnaire is named",
        "The answers do not say which Questionnaire they answer, so they cannot be held against one.",
        fix="Add questionnaire: the canonical url.",
        link=R4 + "questionnaireresponse.html", type="required",
    ),
    Code(
        "questionnaire-period", "Answered outside its time",
        (
            "The Questionnaire says from when to when it may be answered (effectivePeriod), and the answers "
            "were authored at another time."
        ),
        fix="Use the questionnaire of that time.",
        link=R4 + "questionnaire-definitions.html#Questionnaire.effectivePeriod", type="business-rule",
    ),
    Code(
        "questionnaire-broken", "A questionnaire that cannot be used",
        (
            "The Questionnaire has a question of no known type, or a rule that cannot be read. The answers "
            "are not to blame."
        ),
        fix="Tell who publishes the Questionnaire.",
        link=R4 + "questionnaire.html", kind="definition", type="exception",
    ),
    Code(
        "questionnaire-enabling", "Enabled by an item that cannot answer",
        (
            "A question is enabled by the answer to another one: not by itself, by one inside it, or by one "
            "that is not there."
        ),
        fix="Correct the linkId in enableWhen.question.",
        link=R4 + "questionnaire.html#enableWhen", type="not-found",
    ),
    Code(
        "questionnaire-enabling-order", "Enabled by a later question",
        "Whoever fills in the form meets the question before the one that decides whether it is asked.",
        fix="Put the deciding question first.",
        link=R4 + "questionnaire.html#enableWhen", type="business-rule",
    ),
    Code(
        "questionnaire-enabling-undecided", "Whether a question arises could not be told",
        "Its enableWhen compares what cannot be compared here. Whether it had to be answered was not looked at.",
        link=R4 + "questionnaire.html#enableWhen", kind="undecided", type="not-supported",
    ),
    Code(
        "questionnaire-item-misplaced", "An item in the wrong place",
        "The Questionnaire has an item with this linkId, but in another group.",
        fix="Put it where the questionnaire has it.",
        link=R4 + "questionnaireresponse.html", type="structure",
    ),
    Code(
        "questionnaire-item-count", "An item too often, or not often enough",
        "Only groups and questions that repeat are there more than once; some must be there several times.",
        fix="Keep as many as are asked for.",
        link=R4 + "questionnaireresponse.html", type="structure",
    ),
    Code(
        "questionnaire-item-nesting", "Items where they do not belong",
        (
            "Groups have items, and no answers; questions have answers, and the items of questions stand "
            "inside the answer; displays have neither."
        ),
        '{"linkId": "group", "answer": [{"valueBoolean": true}]}',
        '{"linkId": "group", "item": [{"linkId": "question", …}]}',
        fix="Move them to where they belong.",
        link=R4 + "questionnaireresponse.html", type="structure",
    ),
    Code(
        "questionnaire-item-text", "Not the text of the question",
        (
            "The response repeats the text of a question, and it is not that of the Questionnaire: somebody "
            "answered something else."
        ),
        fix="Use the text of the Questionnaire, or leave it out.",
        link=R4 + "questionnaireresponse.html", type="invariant",
    ),
    Code(
        "questionnaire-answer-attachment", "An attachment that is not accepted",
        "The question limits the type or the size of what may be attached.",
        fix="Attach what is accepted.",
        link=R4 + "questionnaire.html", type="value",
    ),
    Code(
        "questionnaire-answer-decimals", "Too many decimal places",
        "The question limits the decimal places of its answer.",
        fix="Round it.",
        link=R4 + "extension-maxdecimalplaces.html", type="value",
    ),
    Code(
        "questionnaire-answer-exclusive", "An answer that excludes the others",
        "One of the answers stands for all there is to say (`none of these`), and there are others.",
        fix="Keep that one, or the others.",
        link=R4 + "extension-questionnaire-optionexclusive.html", type="business-rule",
    ),
    Code(
        "questionnaire-answer-length", "An answer that is too long, or too short",
        "The question says how many characters its answer may have.",
        fix="Keep to the limit.",
        link=R4 + "questionnaire-definitions.html#Questionnaire.item.maxLength", type="value",
    ),
    Code(
        "questionnaire-answer-lines", "More than one line",
        "Answers to questions of type string are one line; those of type text may have several.",
        fix="Make it one line.",
        link=R4 + "valueset-item-type.html", type="value",
    ),
    Code(
        "questionnaire-answer-pattern", "An answer that is not of the form asked for",
        "The question has a regular expression that its answer must match.",
        fix="Write it in that form.",
        link=R4 + "extension-regex.html", type="value",
    ),
    Code(
        "questionnaire-answer-range", "An answer outside the limits",
        "The question has a smallest or largest answer.",
        fix="Keep to the limit, or check the unit.",
        link=R4 + "extension-minvalue.html", type="value",
    ),
    Code(
        "questionnaire-answer-target", "An answer that refers to the wrong type of resource",
        "The question says to what types of resources its answer may refer.",
        fix="Refer to one of these.",
        link=R4 + "extension-questionnaire-referenceresource.html", type="structure",
    ),
    Code(
        "questionnaire-answer-text", "Free text for an answer that is offered",
        "The question takes free text beside its options, and this text is one of them.",
        fix="Choose the option.",
        link=R4 + "valueset-item-type.html", type="business-rule",
    ),
    Code(
        "questionnaire-answer-unit", "Not one of the units asked for",
        "The question says in what units its answer is given.",
        fix="Use one of the units named.",
        link=R4 + "extension-questionnaire-unitoption.html", type="code-invalid",
    ),
    Code(
        "questionnaire-answer-undecided", "An answer that could not be held against its question",
        "The rule of the question cannot be tried here: a regular expression that might never end, for example.",
        link=R4 + "questionnaire.html", kind="undecided", type="not-supported",
    ),
    Code(
        "questionnaire-options-missing", "A question of choice that offers nothing",
        "The question has neither options nor a value set that could be looked at.",
        fix="Add answerOption or answerValueSet to the Questionnaire.",
        link=R4 + "questionnaire.html", kind="undecided", type="incomplete",
    ),
    Code(
        "questionnaire-value-set-unknown", "The value set of a question is not known here",
        "Whether the answer is one of those offered could not be looked at.",
        fix="Give the package or file that has the value set.",
        link=R4 + "questionnaire.html", kind="undecided", type="not-found",
    ),
    Code(
        "questionnaire-parameter", "Parameters of a value set are missing, or unknown",
        "The value set takes parameters (binding-parameter), and the question gives others.",
        fix="Give the parameters that are named.",
        link="http://hl7.org/fhir/extensions/StructureDefinition-binding-parameter.html", type="business-rule",
    ),
    Code(
        "questionnaire-derivation", "Not what it is derived from allows",
        "A questionnaire that extends or complies with another one may not contradict it.",
        fix="Follow the one it is derived from, or do not name it.",
        link="http://hl7.org/fhir/extensions/StructureDefinition-questionnaire-derivationType.html", type="business-rule",
    ),
    Code(
        "questionnaire-derivation-unchecked", "What it is derived from was not looked at",
        (
            "The questionnaire that derivedFrom names is not known here, or it is not said in what way this "
            "one is derived from it."
        ),
        fix="Give the file that has it.",
        link=R4 + "questionnaire-definitions.html#Questionnaire.derivedFrom", kind="undecided", type="not-found",
    ),
)  # fmt: skip
