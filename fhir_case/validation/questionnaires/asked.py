"""A question being answered: what its rules need to know, and how they say what is wrong."""

from __future__ import annotations

from dataclasses import dataclass

from fhir_case.issues import Severity
from fhir_case.validation.places import At, Step
from fhir_case.validation.questionnaires.form import Form, Question
from fhir_case.validation.run import Run

ITEM = Step("item", "item", "QuestionnaireResponse.item", "QuestionnaireResponse.item")
ANSWER = Step("answer", "answer", "QuestionnaireResponse.item.answer", "QuestionnaireResponse.item.answer")


@dataclass(frozen=True, slots=True)
class Asked:
    """A question of a form, in one validation."""

    run: Run
    form: Form
    question: Question

    def say(
        self, code: str, at: At, message: str, severity: Severity = "error", fix: str = "", value: object = ""
    ) -> None:
        """Note a finding; its definition is the question."""
        definition = f"{self.form.url}#{self.question.link_id}"
        self.run.say(code, at, message, severity, fix, definition, value)


def named(kind: str) -> str:
    """The type in the key of a choice element: `Boolean` of valueBoolean is boolean, `Coding` stays."""
    return kind if kind in _COMPLEX else kind[:1].lower() + kind[1:]


_COMPLEX = ("Attachment", "Coding", "Quantity", "Reference", "Expression")


def value_step(kind: str) -> Step:
    """The step to an answer's value: `valueCoding`, `value.ofType(Coding)`."""
    name = named(kind)
    return Step("value" + kind, f"value.ofType({name})", "QuestionnaireResponse.item.answer.value[x]", name)
