"""What the oracle (HL7's validator, `../shared/oracle`) says of files. Each answer is kept: Java takes half a minute to start."""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
from collections.abc import Container, Iterable, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
SHARED = Path(os.environ.get("FHIR_CASE_SHARED") or ROOT.parent / "shared")
KEPT = Path(os.environ.get("ORACLE_VERDICTS") or Path.home() / ".cache/fhir-case/oracle-verdicts")

Verdict = dict[str, Any]
"""`errors`, `warnings`, `cpu_ms` and `issues`, each with `severity`, `id`, `at` and `text`; no file name."""


class Oracle:
    """The oracle with packages and profiles: its answers by content of the file."""

    def __init__(
        self, packages: Sequence[Path] = (), profiles: Sequence[str] = (), options: Sequence[str] = ()
    ) -> None:
        self.options = [word for path in packages for word in ("--ig", str(path))]
        self.options += [word for url in profiles for word in ("--profile", url)]
        self.options += options
        made = hashlib.sha256()
        for part in ("oracle.sh", "src/oracle/Oracle.java", "pom.xml"):
            made.update((SHARED / "oracle" / part).read_bytes())
        for path in packages:
            made.update(_digest(path))
        made.update(json.dumps([list(profiles), list(options)]).encode())
        self.key = made.hexdigest()

    def judge(self, files: Iterable[Path]) -> dict[Path, Verdict]:
        """The verdict on each file, from the cache where it has been asked before."""
        found: dict[Path, Verdict] = {}
        asked: list[Path] = []
        for file in dict.fromkeys(files):
            kept = self._kept(file)
            if kept.exists():
                found[file] = json.loads(kept.read_text("utf-8"))
            else:
                asked.append(file)
        if asked:
            print(f"asking the oracle about {len(asked)} files ({len(found)} are known)", file=sys.stderr)
            found.update(self._ask(asked))
        return found

    def _ask(self, files: list[Path]) -> dict[Path, Verdict]:
        process = subprocess.Popen(
            ["bash", str(SHARED / "oracle/oracle.sh"), *self.options, "-"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8",
        )  # fmt: skip
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdin.write("".join(f"{file}\n" for file in files))
        process.stdin.close()
        found = {}
        for line in process.stdout:  # kept as they come: a run that is stopped has not been for nothing
            verdict = json.loads(line)
            file = Path(verdict.pop("file"))
            found[file] = verdict
            _write(self._kept(file), json.dumps(verdict, ensure_ascii=False))
        said = process.stderr.read()
        if process.wait() or len(found) != len(files):
            raise SystemExit(f"the oracle did not end well:\n{said[-2000:]}")
        return found

    def _kept(self, file: Path) -> Path:
        name = hashlib.sha256(file.read_bytes() + self.key.encode()).hexdigest()
        return KEPT / name[:2] / f"{name}.json"


def _digest(path: Path) -> bytes:
    """The content of a package."""
    made = hashlib.sha256()
    for file in [path] if path.is_file() else sorted(one for one in path.rglob("*") if one.is_file()):
        made.update(str(file.relative_to(path)).encode() + b"\0" + file.read_bytes())
    return made.digest()


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(f".{os.getpid()}")
    part.write_text(text, "utf-8")
    part.replace(path)


_IN_MEMORY = re.compile(r"for in-memory expansion of ValueSet '([^'|]+)")
FAILURES = (
    ("ERROR_GENERATING_SNAPSHOT", "Unable to resolve package id"),
    ("SLICING_CANNOT_BE_EVALUATED", "could not be resolved"),
    ("SLICING_CANNOT_BE_EVALUATED", "Unable to resolve profile"),
    ("Extension_EXT_Version_Invalid", "(invalid Version"),
    ("Terminology_PassThrough_TX_Message", "is not in valueset: http://hl7.org/fhir/ValueSet/languages"),
    ("", "HAPI-0676"),
)
"""Errors by which the oracle says that it could not look, not that the resource is wrong: id, and a part of the text.

The reason of each: differences.md, "Where only the oracle's surroundings fail".
"""


def errors(verdict: Verdict) -> list[dict[str, Any]]:
    """The issues that make it invalid; one for an exception of the oracle's."""
    found = [issue for issue in verdict["issues"] if issue["severity"] in ("error", "fatal")]
    if verdict.get("exception"):
        found.append({"severity": "fatal", "id": "", "at": "", "text": verdict["exception"]})
    return found


def failed(verdict: Verdict, lacking: Container[str] = ()) -> bool:
    """Whether the oracle says nothing of the resource: it crashed, or could not look, and has no other error.

    `lacking` are value sets that cannot be expanded for want of a package: it takes any code for one outside.
    """
    if verdict.get("exception"):
        return "JsonSyntaxException" not in verdict["exception"]
    found = errors(verdict)
    # A value set that it cannot expand makes further errors at the same place.
    unexpanded = {issue["at"] for issue in found if "Unable to expand ValueSet" in issue["text"]}
    left = [
        issue
        for issue in found
        if not _is_failure(issue)
        and not (issue["at"] in unexpanded and (issue["id"] or "").startswith("Terminology_"))
        and not any(url in lacking for url in _IN_MEMORY.findall(issue["text"]))
    ]
    # A resource that it cannot judge is no target of the profile that a reference asks for.
    return len(left) < len(found) and all(issue["id"] == "Reference_REF_CantMatchChoice" for issue in left)


def _is_failure(issue: dict[str, Any]) -> bool:
    return any((not id or issue["id"] == id) and text in issue["text"] for id, text in FAILURES)


def lacking(definitions: Any) -> set[str]:
    """The value sets of packages that refer to value sets which are not there."""
    found: set[str] = set()
    for canonical in definitions.urls("ValueSet"):
        url = canonical.split("|")[0]
        compose = (definitions.find(canonical, "ValueSet") or {}).get("compose") or {}
        named = [one for include in compose.get("include", ()) for one in include.get("valueSet", ())]
        if any(definitions.find(one, "ValueSet") is None for one in named):
            found.add(url)
    return found
