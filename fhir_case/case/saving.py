"""A case as the texts of its files: written anew, or into the files that hold it already."""

from __future__ import annotations

from pathlib import Path as FilePath
from typing import Any

from fhir_case.case.editing import edit_yaml, same
from fhir_case.case.reading import read_data
from fhir_case.case.siblings import FILES, headed, set_apart, without
from fhir_case.case.writing import write_yaml
from fhir_case.json import dumps


def written(target: FilePath, plain: dict[str, Any], header: str) -> dict[FilePath, str]:
    """The texts of a case that is written anew to `target`: one file, or with its large sections beside it.

    Raises `FileExistsError` where something else stands in the place of such a section.
    """
    files = set_apart(plain, target.stem)
    known = _named_in(target)
    texts = {}
    for section, name in files.items():
        line = headed(section, target.name)
        if name not in known and not _is_ours(target.parent / name, line):
            raise FileExistsError(17, "it is there already, and no part of this case", str(target.parent / name))
        texts[target.parent / name] = write_yaml(plain[section], line)
    return {**texts, target: write_yaml(without(plain, files), header)}


def edited(target: FilePath, plain: dict[str, Any], old: dict[str, Any]) -> dict[FilePath, str]:
    """The texts of the files that change so that the case in `target`, which says `old`, says `plain`.

    What did not change stays as it is, and each section in the file that it stands in.
    """
    text = target.read_text("utf-8")
    files: dict[str, str] = read_data(text, str(target)).data.get(FILES) or {}
    texts = {}
    for section, name in files.items():
        before, after = old.get(section, {}), plain.get(section, {})
        if not same(before, after):
            texts[target.parent / name] = _section(target.parent / name, after, before)
    return {**texts, target: edit_yaml(text, without(plain, files), without(old, files))}


def _section(file: FilePath, plain: dict[str, Any], old: dict[str, Any]) -> str:
    if file.suffix.lower() == ".json":
        return dumps(plain, indent=2) + "\n"
    return edit_yaml(file.read_text("utf-8"), plain, old)


def _named_in(target: FilePath) -> set[str]:
    """The files that the case names which stands in the target's place."""
    stated = read_data(target.read_bytes(), str(target)).data.get(FILES) if target.exists() else None
    return {str(name) for name in stated.values()} if isinstance(stated, dict) else set()


def _is_ours(file: FilePath, line: str) -> bool:
    """Whether a file may be written: there is none, or the part of a case that was written there before."""
    try:
        with file.open(encoding="utf-8", errors="replace") as lines:
            return lines.readline().rstrip() == f"# {line}"
    except FileNotFoundError:
        return True
