"""The rules of Questionnaire that its invariants do not say (https://hl7.org/fhir/R4/questionnaire.html)."""

from __future__ import annotations

from collections.abc import Iterator

from fhir_case.validation.conformance.canonical_url import check_canonical_url
from fhir_case.validation.nearest import nearest
from fhir_case.validation.places import At, Step
from fhir_case.validation.questionnaires import derivation
from fhir_case.validation.questionnaires.form import Form, Question, numbered, text
from fhir_case.validation.questionnaires.parameters import check_parameters
from fhir_case.validation.run import Node, Run

_ITEM = Step("item", "item", "Questionnaire.item", "Questionnaire.item")
_ENABLE_WHEN = Step("enableWhen", "enableWhen", "Questionnaire.item.enableWhen", "Questionnaire.item.enableWhen")


def check_questionnaire(questionnaire: Node, at: At, run: Run) -> None:
    """Each item of a Questionnaire: what enables it, and what it is derived from."""
    check_canonical_url(questionnaire, at, run)
    form = Form(questionnaire, run.root)
    sources = derivation.sources(questionnaire, at, run)
    for question, place in _placed(form, at):
        for number, condition in numbered(question.node, "enableWhen"):
            _check_condition(form, question, condition, (place, _ENABLE_WHEN, number), run)
        if "answerValueSet" in question.node:
            check_parameters(question.node, place, run)
        for source in sources:
            derivation.check_item(source, question, place, run)


def _placed(form: Form, at: At) -> Iterator[tuple[Question, At]]:
    """All items with their places, in the order of the Questionnaire. Not recursive."""
    open_ones: list[tuple[Question, At]] = [(form.root, at)]
    while open_ones:
        question, place = open_ones.pop()
        if question.parent is not None:
            yield question, place
        numbers = [number for number, _ in numbered(question.node, "item")]
        below = zip(question.questions, numbers, strict=True)
        open_ones += reversed([(one, (place, _ITEM, number)) for one, number in below])


def _check_condition(form: Form, question: Question, condition: Node, at: At, run: Run) -> None:
    """The question that a condition asks about: another one, of this form, not inside, and asked before."""
    wanted = text(condition, "question")
    if not wanted:
        return  # demanded by the type
    target = form.by_link.get(wanted)
    if target is None:
        like = nearest(wanted, form.by_link)
        run.say("questionnaire-enabling", at, "no item has the linkId that enableWhen asks about",
                fix=f"did you mean {like}?" if like else "", value=wanted)  # fmt: skip
    elif target.link_id == question.link_id:
        run.say("questionnaire-enabling", at, "an item cannot be enabled by its own answer", value=wanted)
    elif question.has(target):
        run.say("questionnaire-enabling", at, "an item cannot be enabled by an item inside it", value=wanted)
    elif target.order > question.order:
        run.say("questionnaire-enabling-order", at, "enabled by an item that comes later", "warning", value=wanted)
