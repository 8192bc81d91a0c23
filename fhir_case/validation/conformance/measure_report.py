"""MeasureReport against its Measure (https://hl7.org/fhir/R4/measurereport.html).

Groups, populations and stratifiers are told apart by their codes: each of the measure has one in the report, and no others.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from fhir_case.validation.conformance.reading import below, known, numbered, objects, text
from fhir_case.validation.places import At
from fhir_case.validation.run import Node, Run

_SCORED = ("proportion", "ratio", "continuous-variable")
_POPULATION = "http://terminology.hl7.org/CodeSystem/measure-population"
_UNIT = "http://hl7.org/fhir/StructureDefinition/questionnaire-unit"
_OTHER_SCORE = "http://hl7.org/fhir/us/davinci-deqm/StructureDefinition/extension-alternateScoreType"


def check_measure_report(report: Node, at: At, run: Run) -> None:
    """A report, against the Measure it names."""
    canonical = text(report, "measure")
    if not canonical:
        return
    measure = known(run, canonical, "Measure")
    if measure is None:
        run.say("measure-unknown", at, "the measure is not known here: the report can't be checked against it", "warning",
                value=canonical)  # fmt: skip
        return
    scoring = _first_code(measure.get("scoring"))
    if scoring not in (*_SCORED, "cohort"):
        run.say("measure-score", below(at, "measure"), "the scoring of the measure is not known: measureScore can't be checked",
                "information", value=scoring)  # fmt: skip
    defined = objects(measure, "group")
    if defined:
        _Groups(report, measure, scoring, run).check(defined, at)


class _Groups:
    """The groups of one report."""

    def __init__(self, report: Node, measure: Node, scoring: str, run: Run) -> None:
        self.report, self.measure, self.scoring, self.run = report, measure, scoring, run
        self.type = text(report, "type")

    def check(self, defined: list[Node], at: At) -> None:
        """Each group of the report against that of the measure with its code; a single one may go without a code."""
        held = list(numbered(self.report, "group"))
        if len(held) == 1 and len(defined) == 1:
            [(index, group)] = held
            self._check_single(group, defined[0], below(at, "group", index))
            return
        pairs, left = self._matched(self.report, "group", defined, "measure-group", at)
        for group, definition, place in pairs:
            self._check_group(group, definition, place)
        for one in left if self.type != "data-collection" else ():
            if "code" in one:
                self.run.say("measure-group", at, f"the group {_shown(one)} of the measure is missing")

    def _check_single(self, group: Node, definition: Node, at: At) -> None:
        code, wanted = group.get("code"), definition.get("code")
        if isinstance(code, dict) and isinstance(wanted, dict):
            if not any(text(one, "system") and text(one, "code") for one in objects(code, "coding")):
                self.run.say(
                    "measure-group", at, "the code of the group has no coding with system and code to tell it by"
                )
            elif not _same(code, wanted):
                self.run.say(
                    "measure-group",
                    at,
                    "the code of the group is not that of the measure's group",
                    fix=_shown(definition),
                )
        self._check_group(group, definition, at)

    def _matched(
        self, holder: Node, part: str, defined: list[Node], told: str, at: At
    ) -> tuple[list[tuple[Node, Node, At]], list[Node]]:
        """The parts of the report with those of the measure they belong to, and those of the measure that are missing."""
        pairs: list[tuple[Node, Node, At]] = []
        left = list(defined)
        for index, one in numbered(holder, part):
            place = below(at, part, index)
            code = one.get("code")
            codes = code if isinstance(code, list) else [code] if code else []
            match = next((other for other in defined if any(_same(held, other.get("code")) for held in codes)), None)
            if not codes:
                self.run.say(told, place, f"a {part} needs a code, which says which {part} of the measure it is")
            elif match is None:
                self.run.say(told, place, f"the measure has no {part} of this code", value=_shown(one))
            elif not any(match is other for other in left):
                self.run.say(told, place, f"another {part} has this code", value=_shown(one))
            else:
                left = [other for other in left if other is not match]
                pairs.append((one, match, place))
        return pairs, left

    def _check_group(self, group: Node, definition: Node, at: At) -> None:
        pairs, left = self._matched(group, "population", objects(definition, "population"), "measure-population", at)
        for population, _, place in pairs:
            self._check_population(population, place)
        for one in left:
            if not any(text(c, "code") == "measure-observation" and text(c, "system") == _POPULATION
                       for c in objects(one.get("code"), "coding")):  # fmt: skip
                self.run.say("measure-population", at, f"the population {_shown(one)} of the measure is missing")
        self._check_score(group, at)
        _, left = self._matched(group, "stratifier", objects(definition, "stratifier"), "measure-stratifier", at)
        for one in left:
            self.run.say("measure-stratifier", at, f"the stratifier {_shown(one)} of the measure is missing")

    def _check_population(self, population: Node, at: At) -> None:
        count, results = population.get("count"), population.get("subjectResults")
        if self.type != "subject-list":
            if results:
                self.run.say("measure-population", at, "only a report of the type subject-list has subjectResults")
            if "count" not in population:
                self.run.say("measure-population", at, "a population should have its count", "warning")
            return
        listed = self._listed(results)
        if isinstance(count, int) and listed is not None and count != listed:
            self.run.say(
                "measure-population", at, f"the count is {count}, and {listed} subjects are listed", value=count
            )

    def _listed(self, results: Any) -> int | None:
        """How many subjects the list has that `subjectResults` refers to; None if it can't be seen here."""
        reference = text(results, "reference")
        found = self.run.resolve(reference) if reference else None
        return len(objects(found, "entry")) if found and found.get("resourceType") == "List" else None

    def _check_score(self, group: Node, at: At) -> None:
        score, place = group.get("measureScore"), below(at, "measureScore")
        if self.type == "data-collection" or self.scoring == "cohort":
            if score is not None:
                why = (
                    "a report that collects data"
                    if self.type == "data-collection"
                    else "a measure with the scoring cohort"
                )
                self.run.say("measure-score", place, f"{why} has no score", fix="leave it out")
        elif self.scoring in _SCORED:
            if not isinstance(score, dict):
                self.run.say("measure-score", at, f"a measure with the scoring {self.scoring} has a measureScore")
                return
            value = score.get("value")
            if value is None and not any(one.get("url") == _OTHER_SCORE for one in objects(score, "extension")):
                self.run.say("measure-score", place, f"a score with the scoring {self.scoring} has a value")
            elif self.scoring == "proportion":
                self._check_proportion(score, place)
            else:
                self._check_unit(score, place)

    def _check_proportion(self, score: Node, at: At) -> None:
        for key in ("unit", "system", "code"):
            if key in score:
                self.run.say(
                    "measure-score", below(at, key), "a proportion has no unit", fix="leave it out", value=score[key]
                )
        value = score.get("value")
        if isinstance(value, (int, Decimal)) and not 0 <= value <= 1:
            self.run.say("measure-score", below(at, "value"), "a proportion is between 0 and 1", value=value)

    def _check_unit(self, score: Node, at: At) -> None:
        wanted = next(
            (one.get("valueCoding") for one in objects(self.measure, "extension") if one.get("url") == _UNIT), None
        )
        if isinstance(wanted, dict):
            for key in ("code", "system"):
                if score.get(key) != wanted.get(key):
                    place = below(at, key) if key in score else at
                    self.run.say("measure-score", place, f"the measure demands this {key} of the unit", fix=text(wanted, key),
                                 value=score.get(key, ""))  # fmt: skip
        elif self.scoring == "ratio" and "code" not in score:
            self.run.say("measure-score", at, "a ratio should have a unit", "warning")


def _same(code: Any, other: Any) -> bool:
    """Whether two codes mean the same: one coding in both, or the same text where there is none."""
    mine = {(text(one, "system"), text(one, "code")) for one in objects(code, "coding")}
    theirs = {(text(one, "system"), text(one, "code")) for one in objects(other, "coding")}
    if mine or theirs:
        return not mine.isdisjoint(theirs)
    return bool(text(code, "text")) and text(code, "text") == text(other, "text")


def _first_code(concept: Any) -> str:
    return next((text(one, "code") for one in objects(concept, "coding")), "")


def _shown(one: Node) -> str:
    """What a part of a measure is called in a message."""
    code = one.get("code")
    code = code[0] if isinstance(code, list) and code else code
    return (_first_code(code) or text(code, "text") or text(one, "id") or "without a code")[:80]
