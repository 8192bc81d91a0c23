"""`fhir-case import` of many lines: how long, and how much memory. Fails above 200 MB.

python scripts/bench_import.py [LINES]        # 100,000 unless told
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

PER_PATIENT = 100
MOST = 200
"""Megabytes."""

RUN = """
import resource, sys
from fhir_case.cli import app
app(["import", *sys.argv[1:]], standalone_mode=False)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024, file=sys.stderr)
"""


def lines(patient: int) -> Iterator[dict[str, Any]]:
    """A patient with a diagnosis, laboratory values of some hundred bytes each, and who says so."""
    who, doctor = {"reference": f"Patient/p{patient}"}, {"reference": f"Practitioner/d{patient}"}
    yield {"resourceType": "Patient", "id": f"p{patient}", "gender": "female", "birthDate": "1980-01-01"}
    yield {"resourceType": "Practitioner", "id": f"d{patient}", "name": [{"family": "Weiss"}]}
    yield {
        "resourceType": "Condition",
        "id": f"c{patient}",
        "subject": who,
        "code": {"text": "Migraine"},
        "asserter": doctor,
    }
    labs = [f"o{patient}-{number}" for number in range(PER_PATIENT - 4)]
    yield {
        "resourceType": "Provenance", "id": f"v{patient}", "recorded": "2026-01-01T00:00:00Z", "agent": [{"who": doctor}],
        "target": [{"reference": f"Observation/{lab}"} for lab in labs],
    }  # fmt: skip
    for lab in labs:
        yield {
            "resourceType": "Observation", "id": lab, "status": "final", "subject": who, "performer": [doctor],
            "category": [{"coding": [{
                "system": "http://terminology.hl7.org/CodeSystem/observation-category", "code": "laboratory",
            }]}],
            "code": {"coding": [{"system": "http://loinc.org", "code": "718-7"}], "text": "Haemoglobin"},
            "effectiveDateTime": "2020-01-01", "note": [{"text": "x" * 200}],
            "valueQuantity": {"value": 12.5, "unit": "g/dL", "system": "http://unitsofmeasure.org", "code": "g/dL"},
        }  # fmt: skip


def main() -> int:
    """Write the lines, import them in a process of its own, and say what it took."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with TemporaryDirectory() as folder:
        source = Path(folder) / "lines.ndjson"
        with source.open("w", encoding="utf-8") as file:
            for patient in range(count // PER_PATIENT):
                file.writelines(json.dumps(one) + "\n" for one in lines(patient))
        began = time.perf_counter()
        command = [
            sys.executable,
            "-c",
            RUN,
            str(source),
            "-o",
            f"{folder}/cases",
            "--server",
            "http://bench.example/fhir",
        ]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        seconds, megabytes = time.perf_counter() - began, int(done.stderr.split()[-1])
    print(f"{count:,} lines: {megabytes} MB of memory, {seconds:.0f} s ({count / seconds:,.0f} lines a second)")
    return megabytes >= MOST


if __name__ == "__main__":
    sys.exit(main())
