"""HL7's own validator as a second opinion for tests: `../shared/oracle/oracle.sh`, once for many files."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any, NamedTuple

from servers import unavailable

IPS_DOCUMENT = "http://hl7.org/fhir/uv/ips/StructureDefinition/Bundle-uv-ips"


class Finding(NamedTuple):
    """One thing the oracle says, from a warning up."""

    file: str
    severity: str
    id: str
    at: str
    text: str


def findings(shared: Path, files: list[Path], *options: str | Path) -> list[Finding]:
    """Everything from a warning up that the oracle says of the files; skips where it cannot be had."""
    _needed(Path(os.environ.get("ORACLE_WORK") or Path.home() / ".cache/fhir-case/oracle"))
    done = subprocess.run([shared / "oracle/oracle.sh", *options, *files], capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"the validator did not end well: {done.stderr[-1000:]}"
    judged: list[dict[str, Any]] = [json.loads(line) for line in done.stdout.splitlines()]
    assert [one["file"] for one in judged] == [str(file) for file in files]
    return [
        Finding(Path(one["file"]).stem, issue["severity"], issue["id"], issue["at"] or "", issue["text"])
        for one in judged
        for issue in one["issues"]
        if issue["severity"] != "information"
    ]


def _needed(work: Path) -> None:
    if missing := [name for name in ("bash", "java", "javac") if not shutil.which(name)]:
        unavailable("java", f"{', '.join(missing)} not found on the PATH")
    if not (work / "lib/.ok").exists() and not shutil.which("mvn"):
        unavailable("java", "mvn not found on the PATH, and the validator's jars are not there yet")


def ips(shared: Path) -> list[str | Path]:
    """The options with which a document is held against IPS 2.0.0, and its resources against what they claim."""
    package = shared / "data/ig-packages/hl7.fhir.uv.ips-2.0.0.tgz"
    return ["--ig", package, "--profile", IPS_DOCUMENT]
