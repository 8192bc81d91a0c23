"""run_cases.py: our verdicts on HL7's validator cases, for `score.py` beside them.

    python scripts/oracle/run_cases.py ../shared/validator-cases/cases.jsonl > predictions.jsonl
    python ../shared/validator-cases/score.py ../shared/validator-cases/cases.jsonl predictions.jsonl --list

What the suite fixes for all its cases, and what its options change, is written down in `README.md` beside the records. A
case in which we fail (an exception) gives no prediction, which the scorer counts as a disagreement.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
import traceback
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from named import package

from fhir_case.api.validation import Validator
from fhir_case.issues import Report
from fhir_case.validation.settings import ValidationSettings

ALWAYS = ("npm:hl7.fhir.uv.extensions.r4-5.3.0-ballot-tc1", "npm:hl7.terminology.r4-7.0.1")
"""Loaded for every case, beside R4 itself."""

SUITE = ValidationSettings(
    unknown_extensions="error",
    extension_domains=(
        "http://example.org/", "https://example.org/", "http://acme.com/", "https://acme.com/", "http://acme.org/",
        "http://nema.org/", "http://hl7.org/fhir/tools/", "http://build.fhir.org/ig/FHIR/fhir-tools-ig/",
    ),
    best_practice="ignore",
    displays="error",
    unknown_code_systems="warning",
    unresolved_profiles="warning",
)  # fmt: skip
"""What the suite fixes for all its cases."""


def settings_of(options: dict[str, Any]) -> ValidationSettings:
    """The suite's settings with what a record's options change."""
    made = SUITE
    if options.get("best-practice"):
        made = replace(made, best_practice=str(options["best-practice"]).lower())  # type: ignore[arg-type]
    if options.get("wrong-displays"):
        made = replace(made, displays=str(options["wrong-displays"]).lower())  # type: ignore[arg-type]
    if "examples" in options:
        made = replace(made, examples=bool(options["examples"]))
    if options.get("security-checks"):
        made = replace(made, security_checks=True)
    if options.get("assumeValidRestReferences"):
        made = replace(made, assume_valid_rest_references=True)
    if options.get("validateContains") == "IGNORE":
        made = replace(made, contained=False)
    if options.get("language"):
        made = replace(made, languages=tuple(one.strip() for one in options["language"].split(",")))
    return made


class Validators:
    """The validators of the run: one for each set of definitions and settings; the last few are kept."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.always = [package(name) for name in ALWAYS]
        self.kept: dict[str, Any] = {}

    def of(self, record: dict[str, Any]) -> Any:
        """The validator that a record asks for."""
        profiles = record["profiles"] if record["run"] == "profile" else []
        files = [*record["supporting"], *(one["file"] for one in record["profiles"] if one.get("file"))]
        key = json.dumps([files, record["packages"], record["options"], profiles], sort_keys=True)
        if key not in self.kept:
            if len(self.kept) > 4:
                del self.kept[next(iter(self.kept))]
            self.kept[key] = Validator(
                packages=[*self.always, *(package(self._found(name)) for name in record["packages"])],
                definitions=[self.folder / file for file in dict.fromkeys(files)],
                profiles=[one["canonical"] for one in profiles],
                settings=settings_of(record["options"]),
            )
        return self.kept[key]

    def _found(self, name: str) -> str:
        return name if name.startswith("npm:") else str(self.folder / name)


def prediction(record: dict[str, Any], report: Report) -> dict[str, Any]:
    """What the scorer asks for, and what a person wants to see beside it."""
    errors = [issue for issue in report.issues if issue.severity in ("fatal", "error")]
    return {
        "id": record["id"],
        "errors": len(errors),
        "locations": [issue.path for issue in errors],
        "issues": [[issue.severity, issue.code, issue.path, issue.message] for issue in report.issues],
    }


def predictions(records: list[dict[str, Any]], folder: Path) -> Iterator[dict[str, Any]]:
    """Our verdict on each record; those that use the same definitions one after the other."""
    validators = Validators(folder)
    records = sorted(records, key=lambda r: json.dumps([r["packages"], r["supporting"], r["profiles"], r["options"]]))
    for record in records:
        try:
            yield prediction(record, validators.of(record).validate(folder / record["file"]))
        except Exception:
            print(f"{record['id']}: {traceback.format_exc(limit=-3)}", file=sys.stderr)


def main() -> None:
    """Print a prediction a line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("records", type=Path, help="cases.jsonl, or another of its kind; paths are relative to it")
    parser.add_argument("--only", default="", help="records whose id contains this")
    asked = parser.parse_args()
    records = [json.loads(line) for line in asked.records.read_text("utf-8").splitlines() if line.strip()]
    records = [record for record in records if asked.only in record["id"]]
    start, done = time.process_time(), 0
    for one in predictions(records, asked.records.resolve().parent):
        print(json.dumps(one, ensure_ascii=False), flush=True)
        done += 1
    print(f"{done} of {len(records)} records, {time.process_time() - start:.1f} s of CPU", file=sys.stderr)


if __name__ == "__main__":
    main()
