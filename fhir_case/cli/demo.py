"""`fhir-case demo`: the seed case, built, checked, and (with a server) pushed, pushed again, pulled and compared."""

from __future__ import annotations

import re
import warnings
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from fhir_case.cli.check import contents
from fhir_case.cli.output import FINDINGS, counted, pieces_of, say, stop, tabulate
from fhir_case.cli.servers import Connection, with_server
from fhir_case.issues import CaseError

if TYPE_CHECKING:
    from fhir_case import Case
    from fhir_case.bundle.build import Build

SEED = Path("fixtures/cases/juvenile-dermatomyositis-calcinosis/case.yaml")


def seed() -> Path:
    """The seed case: in the package where it is installed, beside the package in a clone."""
    package = Path(__file__).resolve().parents[1]
    found = next((folder / SEED for folder in (package, package.parent) if (folder / SEED).is_file()), None)
    return found or stop("the seed case is not in this installation", "install the package anew")


@with_server
def demo(server: Connection, context: typer.Context) -> None:
    """Show the seed case on its way to FHIR and home again.

    With --server URL by way of that server: a test server, please.
    """
    from fhir_case import Case

    case = Case.load(seed())
    _what_it_is(case)
    good = _built(case)
    source = context.get_parameter_source("server")
    if source is not None and source.name == "COMMANDLINE":  # what stands in the environment is for patients
        good = _there_and_back(case, server) and good
    else:
        say()
        say("Next: fhir-case new NAME writes a case to start from; with a test server, fhir-case demo --server URL")
    if not good:
        raise typer.Exit(FINDINGS)


def _what_it_is(case: Case) -> None:
    from fhir_case.bundle.registry import installed

    say((case.title, "bold"))
    say("A published case report, written as a case: ", _short(seed()))
    say()
    sections, quotes = contents(case)
    resources = {kind: installed().of_kind(kind).type or "" for kind in sections if kind != "resources"}
    tabulate(("section", "items", "FHIR resource"), [(k, str(sections[k]), v) for k, v in resources.items()], (1,))
    say()
    say(f"{counted(sum(sections.values()), 'item')}, {counted(quotes, 'quote')}, each found word for word in report.md")


def _short(path: Path) -> str:
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)


def _built(case: Case) -> bool:
    """Build it, check every resource, read it back."""
    say()
    say(("As FHIR R4", "bold"))
    good = True
    for type, what in (("transaction", "for a server"), ("document", "an International Patient Summary")):
        built = case.build(type)  # type: ignore[arg-type]
        equal = _read_back(case, built)
        number = counted(len(built.bundle["entry"]), "resource")
        say(
            f"  {type:<12} {number}, {what}; read back: ",
            ("equal" if equal else "NOT EQUAL", "green" if equal else "red"),
        )
        good = good and equal and _validated(case, built)
    return _parsed(built) and good


def _validated(case: Case, built: Build) -> bool:
    """Hold the bundle against R4, and say how it went."""
    from fhir_case.cli import findings

    result = findings.found_in(case, built, seed())
    good = result.report.ok
    say("               ", (findings.verdict(result), "green" if good else "red"))
    if told := findings.not_looked_up(result):
        say("               ", told)
    for issue in result.issues:
        if issue.severity in ("fatal", "error"):
            say("               ", *pieces_of(issue))
    return good


def _read_back(case: Case, built: Build) -> bool:
    """Whether the case that the bundle tells is the case it was built from, byte for byte."""
    from fhir_case import Case

    return Case.from_bundle(built.bundle).dumps() == case.dumps()


def _parsed(built: Build) -> bool:
    """A second opinion on every resource; and what the standard forced the build to add."""
    from fhir_case.api.models import LeftOut, as_model

    wrong = []
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        for entry in built.bundle["entry"]:
            try:
                as_model(entry["resource"])
            except CaseError as error:
                wrong += [(built.origins[entry["fullUrl"]], issue) for issue in error.issues]
    for origin, issue in wrong:
        say(("  not parsed by fhir.resources: ", "red"), f"{origin}: {issue}")
    if not wrong:
        say("  checked      every resource parses with the models of fhir.resources")
    left_out = [path for one in warned if isinstance(one.message, LeftOut) for path in one.message.paths]
    if left_out:
        named = ", ".join(dict.fromkeys(re.sub(r"\[\d+\]", "", path) for path in left_out))
        say(f"               except {counted(len(left_out), 'value')} in extensions, for which they have no place:")
        say(f"               {named}")
    added = [issue.path.rpartition(": ")[2] for issue in built.report.issues if issue.code == "required-unknown"]
    named = ", ".join(f"{name} ({number})" for name, number in Counter(added).most_common(3))
    say(f"  added        {counted(len(added), 'element')} that the standard demands and the case does not state:")
    say(f"               {named}, …; 'fhir-case build --explain' names each")
    return not wrong


def _there_and_back(case: Case, server: Connection) -> bool:
    from fhir_case.cli.diff import show
    from fhir_case.cli.push import summary
    from fhir_case.formats.diff import differences

    say()
    say((f"On {server.url}", "bold"))
    with server.open("on") as client:
        first = client.push(case)
        say("  pushed       ", summary(first), f"; the patient is {first.patient}")
        again = client.push(case)
        once = not again.created and not again.updated
        said = "nothing created, no new version" if once else f"NOT THE SAME: {summary(again)}"
        say("  pushed again ", (said, "green" if once else "red"))
        home = client.pull(first.patient)
    equal = home.dumps() == case.dumps()
    if equal:
        say("  pulled       ", ("came home equal", "green"), ", byte for byte")
    else:
        found = differences(case, home)
        say("  pulled       ", ("NOT EQUAL", "red"), f": {counted(len(found), 'clinical difference')}")
        show(found[:5])
    return once and equal
