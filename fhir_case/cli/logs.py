"""The log of a run: a JSON object a line, without clinical values, addresses' parameters or secrets."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from fhir_case.cli.output import stop, tell

_FIELDS = ("method", "path", "status", "ms", "attempt", "request")


class _Lines(logging.Formatter):
    """`{"at": …, "level": …, "run": …, "message": …, "status": 200, "ms": 12.4}`."""

    run = ""

    def format(self, record: logging.LogRecord) -> str:
        from fhir_case import dumps

        made = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "run": self.run,
            "message": record.getMessage(),
        }
        made |= {name: value for name in _FIELDS if (value := getattr(record, name, None)) is not None}
        return dumps(made)


class _Told(logging.Handler):
    """What is sent again, and why nothing seems to happen."""

    def emit(self, record: logging.LogRecord) -> None:
        tell((record.getMessage(), "dim"))


@contextmanager
def logged(path: Path | None) -> Iterator[Callable[[str], None]]:
    """Say what is sent again, and keep a log in the file, for as long as this lasts; what is given is told the name of
    the run."""
    lines = _Lines()

    def named(run: str) -> None:
        lines.run = run

    handlers: list[logging.Handler] = [_Told(logging.WARNING)]
    if path is not None:
        try:
            handlers.append(logging.FileHandler(path, encoding="utf-8"))
        except OSError as error:
            stop(f"the log cannot be written to {path}: {error.strerror}")
        handlers[-1].setFormatter(lines)
    log = logging.getLogger("fhir_case")
    level = log.level
    log.setLevel(logging.DEBUG if path else logging.WARNING)
    for handler in handlers:
        log.addHandler(handler)
    try:
        yield named
    finally:
        log.setLevel(level)
        for handler in handlers:
            log.removeHandler(handler)
            handler.close()
