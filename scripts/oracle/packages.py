"""FHIR packages by whatever names them: a folder, a `.tgz`, `NAME@VERSION`, or the `npm:NAME-VERSION` of the cases."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

CACHE = Path.home() / ".cache/fhir-case/npm"


def package(name: str) -> Path:
    """The folder or archive of a package; from the registry it is fetched once, with npm. Raises `SystemExit`."""
    given = Path(name)
    if given.exists():
        return given.resolve()
    found = re.fullmatch(r"(?:npm:)?(?P<name>[a-z][a-z0-9._]*(?:-[a-z][a-z0-9._]*)*)[@#-](?P<version>\d[\w.\-]*)", name)
    if found is None:
        raise SystemExit(f"{name}: no such folder or file, and no NAME@VERSION of a package")
    file = CACHE / f"{found['name']}-{found['version']}.tgz"
    if not file.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        done = subprocess.run(
            ["npm", "pack", "--silent", f"{found['name']}@{found['version']}"],
            cwd=CACHE, capture_output=True, text=True, check=False,
        )  # fmt: skip
        if not file.exists():
            raise SystemExit(f"{name}: the registry does not give it: {(done.stderr or done.stdout).strip()[-300:]}")
    return file
