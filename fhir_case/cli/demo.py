"""`fhir-case demo`: the seed case, built, checked, and (with a server) pushed and pulled home."""

from __future__ import annotations

import typer


def demo() -> None:
    """Show it."""
    raise typer.Exit(2)
