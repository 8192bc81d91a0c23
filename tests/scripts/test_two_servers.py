"""A Synthea patient, loaded by his own transactions, goes from one HAPI server to another and is the same there."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from servers import ROOT

from fhir_case import dumps, loads
from fhir_case.json import Json


def test_a_patient_goes_from_one_server_to_another(hapi: str, second_hapi: str, shared: Path, tmp_path: Path) -> None:
    folder = shared / "data/synthea"
    patient = folder / "patient-00.json"
    wanted = set(re.findall(r"identifier=([^\"]+)", patient.read_text("utf-8")))
    files = [_needed(folder / name, wanted, tmp_path) for name in ("hospital.json", "practitioner.json")]
    script = ROOT / "scripts/two_servers.py"
    done = subprocess.run(
        [sys.executable, script, hapi, second_hapi, *files, patient], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "equal to the first's" in done.stdout


def _needed(source: Path, wanted: set[str], folder: Path) -> Path:
    """The entries of a transaction that the patient's refers to, and those that they refer to themselves."""
    bundle = loads(source.read_bytes())
    by_identifier = {name: entry for entry in bundle["entry"] for name in _identifiers(entry["resource"])}
    todo = [name for name in wanted if name in by_identifier]
    kept: dict[str, Json] = {}
    while todo:
        entry = by_identifier[todo.pop()]
        if entry["fullUrl"] not in kept:
            kept[entry["fullUrl"]] = entry
            text = dumps(entry)
            todo += [name for name in re.findall(r"identifier=([^\"]+)", text) if name in by_identifier]
            todo += [
                next(iter(_identifiers(one["resource"])), "")
                for one in bundle["entry"]
                if one["fullUrl"] in text and _identifiers(one["resource"])
            ]
    made = folder / source.name
    made.write_text(dumps({**bundle, "entry": [one for one in bundle["entry"] if one["fullUrl"] in kept]}), "utf-8")
    return made


def _identifiers(resource: Json) -> list[str]:
    return [f"{one.get('system')}|{one.get('value')}" for one in resource.get("identifier", ())]
