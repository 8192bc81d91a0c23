"""A QuestionnaireResponse against its Questionnaire (https://hl7.org/fhir/R4/questionnaireresponse.html).

What HL7's validator finds is found, at the same places, but for these: an item is pointed at itself where HL7 points at the
item around it, and items below an answer have that answer in their path.
"""

from __future__ import annotations

from fhir_case.issues import Severity
from fhir_case.validation.nearest import nearest
from fhir_case.validation.places import At
from fhir_case.validation.questionnaires import finding
from fhir_case.validation.questionnaires.answers import check_answers
from fhir_case.validation.questionnaires.asked import ANSWER, ITEM, Asked
from fhir_case.validation.questionnaires.enabling import Enabling, Stack
from fhir_case.validation.questionnaires.form import EXTENSION, Form, Question, extension, numbered, text
from fhir_case.validation.run import Node, Run

_Present = tuple[Node, At]
_DONE = ("completed", "amended")
_LEAST, _MOST = EXTENSION + "questionnaire-minOccurs", EXTENSION + "questionnaire-maxOccurs"
_GUESSES = 5_000
"""linkIds that are compared to find those nearest to unknown ones: with the wrong Questionnaire all are unknown."""
_HAVE_NO_ANSWERS = ("group", "display")


def check_response(response: Node, at: At, run: Run) -> None:
    """Hold a response against the Questionnaire it names, if that is known."""
    form = finding.form_of(response, at, run)
    if form is not None:
        finding.check_period(response, form, at, run)
        _Response(form, response, run).items(response, at, form.root, None)


class _Response:
    """One response and its form."""

    def __init__(self, form: Form, response: Node, run: Run) -> None:
        self.form, self.run = form, run
        self.enabled = Enabling(form, response, run)
        self._guesses = _GUESSES
        # Only a completed response must have all that is required (Questionnaire.item.required).
        self.missing: Severity = "error" if response.get("status") in _DONE else "warning"

    def items(self, holder: Node, at: At, group: Question, stack: Stack | None) -> None:
        """The items in a response, in an item or below an answer, against the questions that belong there."""
        present: dict[int, list[_Present]] = {}
        last = 0
        for number, item in numbered(holder, "item"):
            place = (at, ITEM, number)
            link_id = text(item, "linkId")
            position = group.positions.get(link_id)
            if position is None:
                self._stray(item, place, link_id, stack)
                continue
            question = group.questions[position]
            if position < last:
                self._asked(question).say(
                    "questionnaire-item-order", place, f"out of order: the Questionnaire has {link_id[:64]} earlier",
                    fix="the order of the Questionnaire",
                )  # fmt: skip
            last = position
            present.setdefault(position, []).append((item, place))
        for position, question in enumerate(group.questions):
            self._question(question, present.get(position, []), at, stack)

    def _asked(self, question: Question) -> Asked:
        return Asked(self.run, self.form, question)

    def _stray(self, item: Node, at: At, link_id: str, stack: Stack | None) -> None:
        question = self.form.by_link.get(link_id)
        if not link_id:
            return  # linkId is demanded by the type
        if question is None:
            self._guesses -= len(self.form.by_link)
            like = nearest(link_id, self.form.by_link) if self._guesses >= 0 else ""
            told = f"{self.form.url} has no item with the linkId {link_id[:64]}"
            self.run.say(
                "questionnaire-item-unknown", at, told, fix=f"did you mean {like}?" if like else "", value=link_id
            )
            return
        parent = question.parent.link_id if question.parent else ""
        self._asked(question).say(
            "questionnaire-item-misplaced", at, f"the item {link_id[:64]} does not belong here",
            fix=f"put it into {parent[:64]}" if parent else "put it at the top",
        )  # fmt: skip
        self._item(question, item, at, (stack, question, item), True)

    def _question(self, question: Question, present: list[_Present], at: At, stack: Stack | None) -> None:
        asked = self._asked(question)
        enabled = self.enabled(question, stack)
        if enabled is None:
            where = present[0][1] if present else at
            asked.say("questionnaire-enabling-undecided", where, f"whether {_called(question)} is enabled cannot be told here",
                      "information")  # fmt: skip
        if not present:
            if enabled and question.required:
                asked.say(
                    "questionnaire-item-required", at, f"{_called(question)} is required, and is not here", self.missing
                )
            return
        if enabled is False:
            for item, place in present:
                if item.get("answer") or item.get("item"):
                    asked.say(
                        "questionnaire-answer-disabled",
                        place,
                        f"{_called(question)} is not enabled by the other answers",
                        fix="take it out, or correct the answers it depends on",
                    )
        if len(present) > 1 and not question.repeats:
            asked.say(
                "questionnaire-item-count",
                present[1][1],
                f"{_called(question)} does not repeat: {len(present)} are here",
            )
        if question.kind == "group":
            self._occurs(asked, len(present), "items", present[0][1] if len(present) == 1 else at, enabled)
        for item, place in present:
            self._item(question, item, place, (stack, question, item), enabled)

    def _item(self, question: Question, item: Node, at: At, stack: Stack, enabled: bool | None) -> None:
        asked = self._asked(question)
        label, wanted = text(item, "text"), text(question.node, "text")
        if label and label != wanted:
            asked.say("questionnaire-item-text", at, "not the text of the question", fix=wanted[:120], value=label)
        answers = [one for _, one in numbered(item, "answer")]
        if enabled and question.required and not (answers or question.kind == "group"):
            asked.say(
                "questionnaire-item-required", at, f"{_called(question)} is required, and has no answer", self.missing
            )
        if question.kind in _HAVE_NO_ANSWERS:
            if answers:
                asked.say("questionnaire-item-nesting", at, f"a {question.kind} has no answers: {_called(question)}")
        else:
            if len(answers) > 1 and not question.repeats:
                asked.say(
                    "questionnaire-answer-count",
                    (at, ANSWER, 1),
                    f"one answer at most: {_called(question)} does not repeat",
                )
            self._occurs(asked, len(answers), "answers", at, enabled)
            check_answers(asked, item, at)
        self._inner(asked, item, at, stack, enabled)

    def _inner(self, asked: Asked, item: Node, at: At, stack: Stack, enabled: bool | None) -> None:
        question = asked.question
        if question.kind == "group":
            if enabled and question.required and not item.get("item"):
                asked.say(
                    "questionnaire-item-required",
                    at,
                    f"{_called(question)} is required, and nothing is in it",
                    self.missing,
                )
            self.items(item, at, question, stack)
            return
        if item.get("item"):
            fix = "answer.item" if question.kind != "display" else ""
            asked.say(
                "questionnaire-item-nesting",
                at,
                f"only a group has items of its own: this is a {question.kind}",
                fix=fix,
            )
        for number, answer in numbered(item, "answer"):
            self.items(answer, (at, ANSWER, number), question, stack)

    def _occurs(self, asked: Asked, count: int, what: str, at: At, enabled: bool | None) -> None:
        """How often it stands there (http://hl7.org/fhir/R4/extension-questionnaire-minoccurs.html, …-maxoccurs)."""
        if "extension" not in asked.question.node:
            return
        least, most = (extension(asked.question.node, url) for url in (_LEAST, _MOST))
        code = "questionnaire-item-count" if what == "items" else "questionnaire-answer-count"
        if type(least) is int and count < least and enabled is not False:
            asked.say(code, at, f"{least} {what} at least: {_called(asked.question)} has {count}", self.missing)
        if type(most) is int and count > most:
            asked.say(code, at, f"{most} {what} at most: {_called(asked.question)} has {count}")


def _called(question: Question) -> str:
    """The question as people know it."""
    label = text(question.node, "text")
    return f"{question.link_id[:64]} ({label[:60]})" if label else question.link_id[:64]
