"""What is named on the command line: resources, and packages (a folder, a `.tgz`, `NAME@VERSION`, `npm:NAME-VERSION`)."""

from __future__ import annotations

import os
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


def folder(name: str) -> Path:
    """The folder of a package; an archive is unpacked once, beside what npm gave."""
    found = package(name)
    if found.is_dir():
        return found
    made = CACHE / "unpacked" / f"{found.stem}-{found.stat().st_size}"
    if not made.exists():
        part = made.with_name(f"{made.name}.{os.getpid()}")
        part.mkdir(parents=True)
        subprocess.run(["tar", "xzf", str(found), "-C", str(part)], check=True)
        part.rename(made)
    return made


def collected(names: list[str]) -> list[Path]:
    """The files that are named: themselves, in a folder, or in a list (`@LIST`, a file name a line)."""
    found: list[Path] = []
    for name in names:
        if name.startswith("@"):
            found += [Path(line) for line in Path(name[1:]).read_text("utf-8").splitlines() if line.strip()]
        elif Path(name).is_dir():
            found += sorted(Path(name).rglob("*.json"))
        else:
            found.append(Path(name))
    return list(dict.fromkeys(file.resolve() for file in found))
