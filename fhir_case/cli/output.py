"""What people read: rich on a terminal, plain lines in a pipe. Results go to stdout, everything else to stderr."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, Any, NoReturn, TypeVar

import typer

from fhir_case.issues import Issue

if TYPE_CHECKING:
    from rich.console import Console

FINE, FINDINGS, UNREADABLE, SERVER = 0, 1, 2, 3
"""The exit statuses: all is well; there are findings; usage or unreadable input; the server or the network failed."""

T = TypeVar("T")

Piece = str | tuple[str, str]
"""A text, or a text and its style."""

STYLES = {"fatal": "bold red", "error": "bold red", "warning": "yellow", "information": "cyan"}


def decorated(stream: IO[str]) -> bool:
    """Whether the stream is a terminal that may show more than text (https://no-color.org)."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def _console(stream: IO[str]) -> Console:
    from rich.console import Console

    return Console(file=stream, highlight=False)


def say(*pieces: Piece) -> None:
    """A line of the result."""
    _line(sys.stdout, pieces)


def tell(*pieces: Piece) -> None:
    """A line beside the result."""
    _line(sys.stderr, pieces)


def _line(stream: IO[str], pieces: Iterable[Piece]) -> None:
    if decorated(stream):
        from rich.text import Text

        _console(stream).print(Text.assemble(*pieces), soft_wrap=True)
    else:
        print("".join(piece if isinstance(piece, str) else piece[0] for piece in pieces), file=stream)


def tabulate(head: Sequence[str], rows: Sequence[Sequence[str]], numbers: Iterable[int] = ()) -> None:
    """A table of the result; the columns of `numbers` stand to the right."""
    right = frozenset(numbers)
    if decorated(sys.stdout):
        from rich import box
        from rich.table import Table
        from rich.text import Text

        table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)
        for place, name in enumerate(head):
            table.add_column(name, justify="right" if place in right else "left", overflow="fold")
        for row in rows:
            table.add_row(*map(Text, row))
        _console(sys.stdout).print(table)
        return
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    for row in (head, *rows):
        cells = (c.rjust(w) if n in right else c.ljust(w) for n, (c, w) in enumerate(zip(row, widths, strict=True)))
        print("  ".join(cells).rstrip())


@contextmanager
def working(on: str, figures: Callable[[], object] = str) -> Iterator[None]:
    """Say on a terminal what takes its time, and with what figures so far."""
    if not decorated(sys.stderr):
        yield
        return
    from rich.live import Live
    from rich.spinner import Spinner
    from rich.text import Text

    spinner = Spinner("dots")

    def shown() -> Spinner:
        spinner.update(text=Text.assemble(on, "  ", (str(figures()), "dim"), no_wrap=True, overflow="ellipsis"))
        return spinner

    with Live(console=_console(sys.stderr), get_renderable=shown, refresh_per_second=8, transient=True):
        yield


def tracked(on: str, items: Iterable[T], total: int) -> Iterator[T]:
    """The items, with a bar on a terminal of how many of them were taken."""
    if not decorated(sys.stderr):
        yield from items
        return
    from rich.progress import track

    yield from track(items, on, total, console=_console(sys.stderr), transient=True)


def pieces_of(issue: Issue) -> list[Piece]:
    """An issue as `file:line:column: field: message (fix) [code]`, each part in its style."""
    made: list[Piece] = []
    if issue.place:
        made += [(str(issue.place), "bold"), ": "]
    if issue.path:
        made += [(issue.path, "cyan"), ": "]
    made.append(issue.message)
    if issue.fix:
        made.append((f" ({issue.fix})", "green"))
    return [*made, (f" [{issue.code}]", "dim")]


def plain_of(issue: Issue) -> dict[str, Any]:
    """An issue as JSON: always the same keys."""
    place = issue.place
    return {
        "code": issue.code, "severity": issue.severity, "file": place.file if place else None,
        "line": (place.line or None) if place else None, "column": (place.column or None) if place else None,
        "path": issue.path, "message": issue.message, "fix": issue.fix,
    }  # fmt: skip


def stop(message: str, fix: str = "", status: int = UNREADABLE) -> NoReturn:
    """End the command with an error that says what would do."""
    tell(("error: ", "bold red"), message, (f" ({fix})" if fix else "", "green"))
    raise typer.Exit(status)


def counted(number: int, one: str, several: str = "") -> str:
    """`1 item`, `2 items`."""
    return f"{number} {one if number == 1 else several or one + 's'}"
