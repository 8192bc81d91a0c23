"""What `diff` prints: for a clinician, item by item; nothing where only ids, order and a server's marks differ."""

from __future__ import annotations

import random
import re
import uuid
from pathlib import Path

import pytest
from running import SEED, run
from syrupy.assertion import SnapshotAssertion

from fhir_case import dumps, loads
from fhir_case.bundle.references import rewrite
from fhir_case.json import Json

EDITS = (
    ("sex: male", "sex: female"),
    ("diagnosed: 3 a before index", "diagnosed: 2 a before index"),
    ("    certainty: confirmed\n    sites:", "    certainty: provisional\n    sites:"),
    ("      - orpha 93672 | Juvenile dermatomyositis\n", ""),
    ("{text: 60 mg per day, dose: 60 mg", "{text: 40 mg per day, dose: 40 mg"),
    ("  hydroxychloroquine:\n    code:", "  plaquenil:\n    code:"),  # another id says nothing
    ("  crp:\n    code:", "  crp:\n    value: 12 mg/L\n    code:"),
    (
        "medications:\n",
        "medications:\n  methotrexate: {code: atc L04AX03 | methotrexate, dosage: {dose: 15 mg, timing: weekly}}\n",
    ),
    ("        - hpo HP:0003761 | Calcinosis\n", ""),
    ("recorded: 2026-11-22T09:30:00Z", "recorded: 2026-12-24T09:30:00Z"),
)


def test_ten_edits_of_the_seed_case_read_like_this(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    text = SEED.read_text("utf-8")
    for old, new in EDITS:
        assert old in text
        text = text.replace(old, new, 1)
    text = re.sub(r"  esr:\n.*?(?=  crp:)", "", text, flags=re.DOTALL)
    later = tmp_path / "later.yaml"
    later.write_text(text, "utf-8")
    (tmp_path / "report.md").write_bytes(SEED.with_name("report.md").read_bytes())
    result = run("diff", SEED, later)
    assert (result.exit_code, result.stderr) == (1, "11 differences\n")
    assert result.stdout == snapshot
    changes = loads(run("diff", SEED, later, "--format", "json").stdout)
    assert {one["item"] for one in changes if one["name"] == "C-reactive protein"} == {"labs.crp"}


def shuffled(bundle: Json) -> Json:
    """The bundle with other ids and addresses, in another order, as a server has it."""
    chance = random.Random(1)
    names = {
        entry["fullUrl"]: f"urn:uuid:{uuid.UUID(int=chance.getrandbits(128), version=4)}" for entry in bundle["entry"]
    }
    made = rewrite(bundle, names.get)
    for entry in made["entry"]:
        entry["resource"]["id"] = entry["fullUrl"].removeprefix("urn:uuid:")
        entry["resource"].setdefault("meta", {}).update(versionId="3", lastUpdated="2026-01-01T00:00:00Z")
    chance.shuffle(made["entry"])
    return made


@pytest.mark.shared
def test_a_patient_with_new_ids_and_in_another_order_is_the_same(shared: Path, tmp_path: Path) -> None:
    patient, other = shared / "data/synthea/patient-01.json", tmp_path / "b.json"
    made = shuffled(loads(patient.read_bytes()))
    other.write_text(dumps(made), "utf-8")
    assert run("diff", patient, other).stdout == ""
    condition = next(one["resource"] for one in made["entry"] if one["resource"]["resourceType"] == "Condition")
    condition["clinicalStatus"]["coding"][0]["code"] = "remission"
    other.write_text(dumps(made), "utf-8")
    result = run("diff", patient, other)
    assert result.exit_code == 1
    assert "-> remission" in result.stdout
    assert len(result.stdout.splitlines()) == 2
