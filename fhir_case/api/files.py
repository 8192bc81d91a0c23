"""Files written whole or not at all: whoever reads them never sees half of one."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path


def write_whole(path: Path, text: str | Iterable[str]) -> None:
    """Write a file in one step, UTF-8, line ends as given; a text in parts as they come.

    Raises `OSError`, and leaves nothing behind then.
    """
    write_all({path: text})


def write_all(texts: Mapping[Path, str | Iterable[str]]) -> None:
    """Write files that belong together: each in one step, and none before all could be written; the last named comes last.

    A link stays one: the file that it leads to is written. What is no file (a device, a pipe) is written into, never
    replaced. Raises `OSError`, and leaves nothing behind then.
    """
    made: dict[Path, str] = {}
    try:
        for path, text in texts.items():
            if _is_stream(path):
                continue
            path = path.resolve()
            try:
                handle, made[path] = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
            except OSError as error:
                error.filename = str(path)  # not that of the file beside it
                raise
            with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
                file.writelines((text,) if isinstance(text, str) else text)
            # mkstemp makes files that only their owner can read; the old file's mode stays, a new one gets the usual.
            os.chmod(made[path], path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~_umask())
        for path, text in texts.items():
            if _is_stream(path):
                with path.open("w", encoding="utf-8", newline="") as stream:
                    stream.writelines((text,) if isinstance(text, str) else text)
            else:
                os.replace(made[path.resolve()], path.resolve())
    except BaseException:
        for written in made.values():
            with suppress(OSError):
                os.unlink(written)
        raise


def _is_stream(path: Path) -> bool:
    """Whether a path is no file with content of its own: `/dev/null`, `/dev/stdout`, a named pipe."""
    return (path.exists() and not path.is_file() and not path.is_dir()) or path.absolute().is_relative_to("/dev")


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
