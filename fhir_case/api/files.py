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

    Raises `OSError`, and leaves nothing behind then.
    """
    made: dict[Path, str] = {}
    try:
        for path, text in texts.items():
            handle, made[path] = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
            with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
                file.writelines((text,) if isinstance(text, str) else text)
            # mkstemp makes files that only their owner can read; the old file's mode stays, a new one gets the usual.
            os.chmod(made[path], path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~_umask())
        for path, written in made.items():
            os.replace(written, path)
    except BaseException:
        for written in made.values():
            with suppress(OSError):
                os.unlink(written)
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
