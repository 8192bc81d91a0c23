"""The checkout, and copies of it that tests may change."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LINK = "fhir_case/mappings"


def files() -> list[str]:
    """The files of the project: those that git knows and that are there; the link is one of them."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return sorted(name for name in listed.split("\0") if name and os.path.lexists(ROOT / name))


def copy(to: Path, names: list[str]) -> Path:
    """A copy of these files; links stay links."""
    for name in names:
        (to / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, to / name, follow_symlinks=False)
    return to


def run(*command: str | Path, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """A command of this Python's environment, its output kept."""
    here = Path(sys.executable).parent / command[0]
    return subprocess.run(
        [here if here.exists() else command[0], *command[1:]], cwd=cwd, capture_output=True, text=True, check=False,
        env={**os.environ, "COLUMNS": "100", "NO_COLOR": "1", **environment},
    )  # fmt: skip
