"""Bulk export into a folder: the same command goes on where the last one stopped, and says what it could not get."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fhir_case import json
from fhir_case.api.files import write_whole
from fhir_case.client.answers import outcome_text
from fhir_case.client.bulk import NDJSON, File, Manifest, fetched, kicked_off, manifest_of, ready, removed
from fhir_case.client.conversation import Conversation
from fhir_case.client.messages import Step, together
from fhir_case.client.search import Params
from fhir_case.issues import FHIRCaseError, Issue, Refused, ServerError

STATE = "export.json"
"""What is known of an export, beside its files. Its addresses may let in who knows them: only the owner can read it."""

_MOST_REMARKS = 20


@dataclass(frozen=True, slots=True)
class Exported:
    """The files of an export, and what could not be had of it."""

    folder: Path
    files: tuple[Path, ...]
    resources: int
    time: str
    """Instant up to which it holds what was changed: the `since` of the next one."""
    issues: tuple[Issue, ...] = ()


def unseen(text: str) -> None:
    """Where nobody wants to know how far it is."""


def wanted(since: str, types: Iterable[str]) -> Params:
    """The parameters of an export (http://hl7.org/fhir/uv/bulkdata/STU2/export.html#query-parameters)."""
    named = ",".join(types)
    return (
        ("_outputFormat", NDJSON),
        *((("_type", named),) if named else ()),
        *((("_since", since),) if since else ()),
    )


def exporting(
    talk: Conversation, folder: Path, of: str, params: Params, seen: Callable[[str], None] = unseen
) -> Step[Exported]:
    """Export into a folder; one that holds this very export, or a part of it, is completed.

    Raises `FHIRCaseError` for a folder that holds something else, `ServerError`, and `OSError`.
    """
    state = _State(folder, {"base": talk.base, "of": of, "params": [list(one) for one in params]})
    if state.done:
        return state.exported(())
    manifest = yield from _manifest(talk.base, state, of, params, seen)
    named = list(_named(manifest))
    missing = [(file, path) for file, path in named if not (folder / path).exists()]
    seen(f"{len(missing)} of {len(named)} files to fetch")
    trusted = talk.trusted
    came = yield from together(
        (_one(file, folder / path, manifest.needs_token, trusted, seen) for file, path in missing), most=4
    )
    issues = [
        _missing(file, one) for (file, _), one in zip(missing, came, strict=True) if isinstance(one, FHIRCaseError)
    ]
    issues += [one for one in came if isinstance(one, Issue)]
    if not any(issue.code == "bulk-missing" for issue in issues):
        with suppress(ServerError):  # else it will expire
            yield from removed(state.status)
        state.end(manifest.time)
    return state.exported((*issues, *_remarks(folder)))


def _manifest(base: str, state: _State, of: str, params: Params, seen: Callable[[str], None]) -> Step[Manifest]:
    if state.manifest is not None:
        return state.manifest
    resumed = bool(state.status)
    if not state.status:
        state.begin((yield from kicked_off(base, of, params)))
    try:
        found = yield from ready(state.status, seen)
    except Refused as no:
        if not resumed or no.status not in (404, 410):
            raise
        state.begin((yield from kicked_off(base, of, params)))
        found = yield from ready(state.status, seen)
    state.know(found)
    return found


def _one(
    file: File, path: Path, token: bool, trusted: frozenset[str], seen: Callable[[str], None]
) -> Step[Issue | None]:
    """Fetch a file, and count its lines; once more where the count is wrong."""
    part = path.with_name(path.name + ".part")
    lines = 0
    for _ in range(2):
        yield from fetched(file, part, token=token, trusted=trusted)
        lines = _lines(part)
        if file.count in (None, lines):
            break
        part.replace(path.with_name(path.name + ".wrong"))
    else:
        path.with_name(path.name + ".wrong").replace(part)
    part.replace(path)
    path.with_name(path.name + ".wrong").unlink(missing_ok=True)
    seen(path.name)
    if file.count in (None, lines):
        return None
    return Issue(
        "bulk-count", f"{path.name}: the server counts {file.count} resources, and gave {lines}", "error", path.name
    )


def _named(manifest: Manifest) -> Iterator[tuple[File, str]]:
    for kind, files in (("", manifest.files), ("errors.", manifest.errors), ("deleted.", manifest.deleted)):
        for number, file in enumerate(files, 1):
            yield file, f"{kind}{number:04}.{file.type}.ndjson"


def _missing(file: File, why: FHIRCaseError) -> Issue:
    if isinstance(why, ServerError):
        return Issue("bulk-missing", str(why), "error", file.type)
    raise why


def _lines(path: Path) -> int:
    with path.open("rb") as held:
        return sum(1 for line in held if line.strip())


def _remarks(folder: Path) -> Iterator[Issue]:
    number = 0
    for path in sorted(folder.glob("errors.*.ndjson")):
        with path.open("rb") as held:
            for line in held:
                try:
                    text = outcome_text(json.loads(line))
                except json.JSONError:
                    text = ""
                number += bool(text)
                if text and number <= _MOST_REMARKS:
                    yield Issue("bulk-remark", f"the server remarks: {text}", "warning", path.name)


class _State:
    """What is known of an export, in a file that is written whole or not at all."""

    def __init__(self, folder: Path, asked: dict[str, Any]) -> None:
        self.folder, self._path = folder, folder / STATE
        self._held: dict[str, Any] = dict(asked)
        if held := state_of(folder):
            if {name: held.get(name) for name in asked} != asked:
                raise FHIRCaseError(
                    f"{folder} holds another export; expected an empty folder, or one of the same export"
                )
            self._held = held
        elif folder.is_dir() and any(one.name != STATE for one in folder.iterdir()):
            raise FHIRCaseError(f"{folder} is not empty; expected a new folder, or one of the same export")
        else:
            folder.mkdir(parents=True, exist_ok=True)

    @property
    def status(self) -> str:
        return str(self._held.get("status", ""))

    @property
    def done(self) -> bool:
        return "time" in self._held

    @property
    def manifest(self) -> Manifest | None:
        held = self._held.get("manifest")
        return manifest_of(held, self.status) if isinstance(held, dict) else None

    def begin(self, status: str) -> None:
        self._held.pop("manifest", None)
        self._write(status=status)

    def know(self, found: Manifest) -> None:
        plain: dict[str, Any] = {"transactionTime": found.time, "requiresAccessToken": found.needs_token}
        for name, files in (("output", found.files), ("error", found.errors), ("deleted", found.deleted)):
            plain[name] = [
                {"type": one.type, "url": one.url, **({} if one.count is None else {"count": one.count})}
                for one in files
            ]
        self._write(manifest=plain)

    def end(self, time: str) -> None:
        """All is there: addresses are of no use any more."""
        self._held = {name: self._held[name] for name in ("base", "of", "params")}
        self._write(time=time)

    def exported(self, issues: tuple[Issue, ...]) -> Exported:
        files = tuple(sorted(self.folder.glob("[0-9]*.ndjson")))
        return Exported(self.folder, files, sum(map(_lines, files)), str(self._held.get("time", "")), issues)

    def _write(self, **more: Any) -> None:
        self._held |= more
        self._path.touch(0o600)
        write_whole(self._path, json.dumps(self._held, indent=2) + "\n")


def state_of(folder: Path) -> dict[str, Any]:
    """What a folder says of the export in it; empty where there is none. Raises `FHIRCaseError`."""
    path = folder / STATE
    if not path.exists() or not path.stat().st_size:
        return {}
    try:
        held = json.loads(path.read_bytes())
    except json.JSONError as error:
        raise FHIRCaseError(f"{path} cannot be read ({error}); remove it to begin anew") from None
    if not isinstance(held, dict):
        raise FHIRCaseError(f"{path} is not what an export writes; remove it to begin anew")
    return held
