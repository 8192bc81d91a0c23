"""`fhir-case explain`: what an issue code means, and what to do about it."""

from __future__ import annotations

from typing import Annotated

import typer

from fhir_case.cli.output import say, stop, tabulate

CLASSES = {
    "data": "the data is wrong", "definition": "a definition is wrong, not the data",
    "unsupported": "not supported here", "undecided": "not decidable here; never fails a run unless asked",
}  # fmt: skip


def explain(
    code: Annotated[str | None, typer.Argument(help="The code of an issue; without it, all codes are listed.")] = None,
) -> None:
    """Explain the code of an issue: its meaning, and what to do."""
    from fhir_case.catalogue import CATALOGUE, nearest

    if code is None:
        tabulate(("code", "meaning"), [(one.name, one.title) for one in CATALOGUE.values()])
        return
    found = CATALOGUE.get(code.strip("[]").lower())
    if found is None:
        like = nearest(code)
        stop(f"there is no code {code!r}", f"did you mean {like}?" if like else "fhir-case explain lists all codes")
    say((found.name, "bold"), f": {found.title} (", CLASSES[found.kind], ")")
    say()
    say(found.explanation)
    if found.wrong:
        for label, example, style in (("wrong", found.wrong, "red"), ("right", found.right, "green")):
            say()
            say((f"{label}:", style))
            for line in example.splitlines():
                say("  ", line)
    if found.fix or found.link:
        say()
    if found.fix:
        say(("fix: ", "green"), found.fix)
    if found.link:
        say(("see: ", "dim"), found.link)
