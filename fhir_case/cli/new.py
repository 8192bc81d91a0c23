"""`fhir-case new`: a case file to start from."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from shlex import quote
from typing import Annotated
from unicodedata import normalize

import typer

from fhir_case.cli.output import say, stop, tell

SCHEMA_FILE = "case.schema.json"

START = """\
# yaml-language-server: $schema=case.schema.json
# A case of one patient. Check it with: fhir-case check {shell}
# Every section below is optional: remove the '#' of what you need. Items have ids of your choosing, unique in the case.

id: {id}
{title}
recorded: {recorded}

# Where the case comes from. Quotes of the items must stand in this text, word for word.
# source:
#   file: report.md
#   citation: Author A, et al. Title. Journal 2026.
#   authors: [doctor-a]

# Times: 2008, 2008-03, 2008-03-14; ages: 16 a, 3 d; relative: 3 a before index, 4 mo after warfarin.
patient:
  # name: Anonymous
  # age: 19 a
  sex: unknown
  # quotes: [a 19-year-old woman]

timeline:
  index: {{types: [Index visit]}}

# Codes: 'snomed 1212005 | Juvenile dermatomyositis', 'loinc 2160-0', or in plain words where there is none.
# diagnoses:
#   migraine: {{code: Migraine, status: active, diagnosed: 3 a before index, evidence: [headache]}}

# findings:
#   headache: {{code: Headache, when: at index}}
#   fever: {{code: Fever, absent: yes}}
#   left-thigh-mass: {{code: Mass of the left thigh, size: 4 x 3 cm}}

# labs:
#   creatinine: {{code: loinc 2160-0, value: 0.80 mg/dL, reference: [0.5 to 1.1 mg/dL], when: at index}}

# procedures:
#   muscle-biopsy: {{code: Muscle biopsy, when: before index, reasons: [migraine]}}

# imaging:
#   ct-head: {{modalities: [CT], when: at index, findings: {{bleeding: {{code: Bleeding, absent: yes}}}}}}

# variants:
#   f508del: {{gene: CFTR, zygosity: homozygous}}

# implications:
#   f508del-causes: {{variants: [f508del], diagnosis: Cystic fibrosis, role: causative}}

# reports:
#   ct-report: {{code: CT of the head, imaging: [ct-head], results: [bleeding], conclusion: No bleeding.}}

# medications:
#   ibuprofen: {{code: Ibuprofen, dosage: {{dose: 400 mg, timing: 3 x per d}}, taken: after index, reasons: [migraine]}}

# prescriptions:
#   ibuprofen-order: {{code: Ibuprofen, status: active, intent: order, dosage: {{dose: 400 mg, timing: 3 x per d}}}}

# administrations:
#   ibuprofen-in-clinic: {{code: Ibuprofen, when: at index, dosage: {{dose: 400 mg}}}}

# drugs:
#   ibuprofen-tablet: {{code: Ibuprofen, form: Tablet}}

# outcomes:
#   relief: {{code: Headache gone, about: [migraine], when: 2 wk after index}}

# allergies:
#   penicillin: {{code: Penicillin, status: active, criticality: high}}

# immunizations:
#   tetanus: {{vaccine: Tetanus, when: 2020}}

# family:
#   mother: {{relationship: Mother, conditions: [{{code: Migraine}}]}}

# flags:
#   falls: {{code: Risk of falls, status: active}}

# goals:
#   no-headache: {{description: Free of headache, status: active}}

# care_plans:
#   headache-plan: {{title: Headache diary, status: active, intent: plan, goals: [no-headache]}}

# care_teams:
#   headache-team: {{name: Headache clinic, members: [{{who: doctor-a}}]}}

# devices:
#   pacemaker: {{type: Cardiac pacemaker}}

# device_uses:
#   pacemaker-worn: {{device: pacemaker, status: active, when: from 2020}}

# specimens:
#   serum: {{type: Serum, collection: {{when: at index}}}}

# documents:
#   letter: {{type: Discharge letter, contents: [{{document: {{title: Letter, media_type: application/pdf}}}}]}}

# locations:
#   ward: {{name: Ward 3, organization: hospital}}

# practitioners:
#   doctor-a: {{name: Dr. A}}

# roles:
#   doctor-a-at-hospital: {{practitioner: doctor-a, organization: hospital}}

# organizations:
#   hospital: {{name: Hospital}}
"""


def new(
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="The file to write, NAME.yaml; its name is the case's id.")
    ],
) -> None:
    """Write a case file to start from.

    It is commented; beside it stands the schema with which editors complete and check it while it is typed.
    """
    from fhir_case.bundle.registry import installed
    from fhir_case.case.writing import write_yaml
    from fhir_case.cli.files import write_whole
    from fhir_case.formats.schema import IDENTITY, schema_text

    file = Path(name if name.endswith((".yaml", ".yml")) else f"{name}.yaml")
    plain = normalize("NFKD", file.stem).encode("ascii", "ignore").decode()  # ä is a, as far as an id is concerned
    id = re.sub(r"[^A-Za-z0-9]+", "-", plain).strip("-")[:100]
    if not id:
        stop(f"{name[:80]!r} is no name for a case", "use letters, digits and hyphens")
    if file.exists():
        stop(f"{file} is there already, and is left as it is", "give another name")
    if not file.parent.is_dir():
        stop(f"there is no folder {file.parent}", "make it first, or give another one")
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    words = re.sub(r"[-_]+", " ", normalize("NFC", file.stem)).strip()
    title = write_yaml({"title": words[:1].upper() + words[1:]}).rstrip()
    write_whole(file, START.format(shell=quote(str(file)), id=id, title=title, recorded=now))
    say(str(file))
    beside = file.parent / SCHEMA_FILE
    if beside.exists() and f'"$id": "{IDENTITY}"' not in beside.read_text("utf-8", "replace"):
        tell(f"note: {beside} is there already and not ours; it is left as it is")
        return
    write_whole(beside, schema_text(installed().others))
    say(str(beside))
