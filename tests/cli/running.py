"""Running commands in tests: in this process, and as a process of their own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from typer.testing import CliRunner, Result

from fhir_case.cli import app

ROOT = Path(__file__).parents[2]
SEED = ROOT / "fixtures/cases/juvenile-dermatomyositis-calcinosis/case.yaml"

NO_WAITING = {"FHIR_CASE_RETRY_FOR": "0"}


def run(*arguments: str | Path, input: str | None = None, **environment: str) -> Result:
    """A command in this process; it must end by itself, never with an exception of its own."""
    result = CliRunner().invoke(
        app, list(map(str, arguments)), input, env={"FHIR_CASE_SERVER": None, **NO_WAITING, **environment}
    )
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def run_process(
    *arguments: str | Path, cwd: Path | None = None, **environment: str
) -> subprocess.CompletedProcess[str]:
    """A command as its own process, its output in pipes."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("FHIR_CASE_")}
    return subprocess.run(
        [sys.executable, "-c", "from fhir_case.cli import main; main()", *map(str, arguments)],
        capture_output=True, text=True, encoding="utf-8", cwd=cwd, timeout=120, check=False,
        env={**kept, "PYTHONPATH": str(ROOT), **NO_WAITING, **environment},
    )  # fmt: skip
