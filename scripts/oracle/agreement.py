"""How we stand to the recorded verdicts (`recorded.py`) and to HL7's published cases: each file on which we differ."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from named import package
from recorded import Set, differ
from run_cases import predictions
from verdicts import SHARED

from fhir_case.api.validation import Validator

CASES = ("cases", "cases-from-xml")
"""The files of HL7's cases, in `../shared/validator-cases`."""

AGAIN = "python scripts/oracle/record.py"
"""What brings the records up to date."""


class Outcome(NamedTuple):
    """A file, how we differ on it ("" if we do not), and what each says: our codes, or how HL7's text begins."""

    set: str
    id: str
    way: str
    said: str


class Stale(Exception):
    """A recorded verdict is of another text than the one that was made now."""


def outcomes(one: Set) -> list[Outcome]:
    """Each file of a recorded set. Raises `Stale` where a text is not the one the oracle saw."""
    records = {record.id: record for record in one.records()}
    validator = Validator(packages=[package(name) for name in one.packages])
    found = []
    for input in one.inputs():
        record = records.pop(input.id, None)
        if record is None:
            continue  # the oracle could not judge it
        if record.sha256 != input.digest:
            raise Stale(
                f"{one.name}/{input.id} is another text than the one recorded: python scripts/oracle/record.py {one.name}"
            )
        places, codes = _said(validator, input.text)
        found.append(Outcome(one.name, input.id, differ(places, record.valid, record.at), _told(codes, record.at)))
    if records:
        raise Stale(
            f"{one.name}: {', '.join(list(records)[:5])} are recorded and not made: python scripts/oracle/record.py {one.name}"
        )
    return found


def _said(validator: Any, text: str) -> tuple[list[str] | None, list[str]]:
    try:
        errors = [issue for issue in validator.validate(text).issues if issue.severity in ("fatal", "error")]
    except Exception as error:
        return None, [type(error).__name__]
    return [issue.path for issue in errors], [issue.code for issue in errors]


def _told(codes: list[str], theirs: list[str]) -> str:
    ours = ", ".join(list(dict.fromkeys(codes))[:3]) or "nothing"
    return f"we: {ours}; oracle: {', '.join(theirs[:2]) or 'nothing'}"


def cases(name: str) -> list[Outcome]:
    """Each of HL7's cases."""
    file = SHARED / f"validator-cases/{name}.jsonl"
    records = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    ours = {one["id"]: one for one in predictions(records, file.parent)}
    found = []
    for record in records:
        wanted = [one for one in record["expected"]["issues"] if one["severity"] in ("error", "fatal")]
        said = ours.get(record["id"])
        places = said and ([*said["locations"]] if said["errors"] else [])
        codes = (
            [code for severity, code, _, _ in said["issues"] if severity in ("error", "fatal")]
            if said
            else ["(exception)"]
        )
        way = differ(places, record["expected"]["valid"], [one["expression"] or "" for one in wanted])
        found.append(Outcome(name, record["id"], way, _told(codes, [one["text"][:80] for one in wanted])))
    return found
