"""`fhir-case validate`: resources, bundles and cases against R4 and profiles, offline."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fhir_case.cli.output import FINDINGS, FINE, UNREADABLE, pieces_of, say, tell
from fhir_case.validation.settings import FailOn, Level, Questionnaires

if TYPE_CHECKING:
    from fhir_case.api.project import Project
    from fhir_case.reports.result import Result
    from fhir_case.validation.settings import ValidationSettings


class Format(StrEnum):
    """How findings are printed."""

    TEXT = "text"
    JSON = "json"
    OUTCOME = "outcome"
    SARIF = "sarif"
    JUNIT = "junit"
    HTML = "html"


def _setting(help: str, *names: str, env: str = "") -> Any:
    """An option that stands for a field of `ValidationSettings`: flag, then environment, then fhir-case.toml."""
    return typer.Option(*names, help=help, envvar=f"FHIR_CASE_{env}" if env else None, rich_help_panel="Settings")


def validate(
    paths: Annotated[
        list[Path], typer.Argument(metavar="PATH", help="JSON, XML, NDJSON, case files, folders of them, or -")
    ],
    profile: Annotated[
        list[str] | None, typer.Option(metavar="URL", help="Validate against this profile, too.")
    ] = None,
    package: Annotated[
        list[str] | None, typer.Option(metavar="NAME@VERSION", help="A FHIR package: from the cache, a .tgz, a folder.")
    ] = None,
    definitions: Annotated[
        list[Path] | None, typer.Option(metavar="FILE|DIR", help="Profiles, value sets and other definitions.")
    ] = None,
    format: Annotated[Format, typer.Option(help="Text for people; the others for programs.")] = Format.TEXT,
    output: Annotated[Path | None, typer.Option("-o", "--output", help="Write the report to a file.")] = None,
    show_values: Annotated[bool, typer.Option("--show-values", help="Show what stands in the data.")] = False,
    undecided: Annotated[
        bool, typer.Option("--undecided", help="List, too, what cannot be decided here; else it is counted.")
    ] = False,
    settings: Annotated[Path | None, typer.Option(help="This file, and not the nearest fhir-case.toml.")] = None,
    fail_on: Annotated[FailOn | None, _setting("From what on the exit status is 1.", env="FAIL_ON")] = None,
    unknown_extensions: Annotated[Level | None, _setting("Extensions without a known definition.")] = None,
    extension_domains: Annotated[
        list[str] | None, _setting("Extensions under this url need no definition.", "--extension-domain")
    ] = None,
    displays: Annotated[Level | None, _setting("Displays that are not their code's.")] = None,
    best_practice: Annotated[Level | None, _setting("Rules that are only recommended.")] = None,
    unknown_code_systems: Annotated[Level | None, _setting("Codes of systems nobody here knows.")] = None,
    unresolved_profiles: Annotated[Level | None, _setting("Profiles of meta.profile that are not known.")] = None,
    examples: Annotated[bool | None, _setting("Whether example.org may stand in urls.")] = None,
    languages: Annotated[list[str] | None, _setting("Languages of displays (de, en-GB).", "--language")] = None,
    security_checks: Annotated[bool | None, _setting("Texts that look like HTML are errors.")] = None,
    assume_valid_rest_references: Annotated[bool | None, _setting("Infer the type of a target from its url.")] = None,
    contained: Annotated[bool | None, _setting("Validate contained resources.")] = None,
    questionnaires: Annotated[Questionnaires | None, _setting("Hold answers against their Questionnaire.")] = None,
    terminology: Annotated[str | None, _setting("Ask this server what is undecided here.", env="TERMINOLOGY")] = None,
    max_size: Annotated[int | None, _setting("Bytes of one input.")] = None,
    max_issues: Annotated[int | None, _setting("Issues of one resource.")] = None,
) -> None:
    """Validate resources, bundles and cases.

    Everything is looked at offline: structure, values, codes, references, rules and profiles. What cannot be decided here
    (SNOMED CT, LOINC) is said, and fails nothing unless asked. fhir-case explain CODE tells more about an issue.
    """
    given = {name: value for name, value in locals().items() if name in _fields() and value is not None}
    from fhir_case.api.project import Project
    from fhir_case.cli import inputs
    from fhir_case.reports.suppress import Suppressions

    project = Project.load(settings) if settings else Project.found()
    told = _told(project, given)
    left_out: list[Path] = []
    files = list(inputs.files(paths, left_out))
    _tell_left_out(left_out, paths if not files else [])
    cases = any(file == inputs.STDIN or inputs.is_case(file) for file in files)
    validator = inputs.validator_of(project, told, package, definitions, profile, cases)
    suppressions, levels = Suppressions(project.suppressions), Counter[str]()
    results = (suppressions.applied(inputs.validated(file, validator)) for file in files)
    _print(_counted(results, levels), format, output, show_values, undecided or told.fail_on == "undecided")
    for issue in suppressions.unused():
        levels[issue.severity] += 1
        tell(*pieces_of(issue))
    for issue in validator.issues[len(validator.definitions.issues) :]:
        tell(*pieces_of(issue))
    raise typer.Exit(_status(levels, told.fail_on))


def _tell_left_out(files: list[Path], empty: list[Path]) -> None:
    """What was not looked at, since it is neither FHIR nor a case."""
    if files:
        named = ", ".join(map(str, files[:5])) + (", …" if len(files) > 5 else "")
        which = "1 file is" if len(files) == 1 else f"{len(files)} files are"
        tell(f"note: {which} neither FHIR nor a case, and left out: {named}")
    if empty:
        tell(f"note: there is nothing to validate in {', '.join(map(str, empty))}")


def _fields() -> frozenset[str]:
    from dataclasses import fields

    from fhir_case.validation.settings import ValidationSettings

    return frozenset(one.name for one in fields(ValidationSettings))


def _told(project: Project, given: dict[str, Any]) -> ValidationSettings:
    """The settings of the project, with what flags and environment say."""
    values: dict[str, Any] = {name: tuple(v) if isinstance(v, list) else v for name, v in given.items()}
    try:
        return replace(project.settings, **values)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None


def _counted(results: Iterable[Result], levels: Counter[str]) -> Iterator[Result]:
    """The results, whose issues are counted in passing."""
    from fhir_case.reports.result import level

    for result in results:
        levels.update(level(issue) for issue in result.report.issues)
        levels["unreadable"] += any(issue.code == "file-unreadable" for issue in result.report.issues)
        yield result


def _print(results: Iterable[Result], format: Format, output: Path | None, values: bool, undecided: bool) -> None:
    more = {"values": values}
    if format is Format.TEXT:
        more["undecided"] = undecided
    if format is Format.TEXT and output is None:
        from fhir_case.reports import text

        for line in text.lines(results, **more):
            say(*line)
        return
    report = _renderer(format)(results, **more)
    if output is None:
        sys.stdout.write(report)
    else:
        from fhir_case.cli.files import write_whole

        write_whole(output, report)


def _renderer(format: Format) -> Callable[..., str]:
    from importlib import import_module

    made: Callable[..., str] = import_module(f"fhir_case.reports.{format.value}").rendered
    return made


def _status(levels: Counter[str], fail_on: FailOn) -> int:
    """The exit status: what cannot be read weighs more than what was found."""
    if levels["unreadable"]:
        return UNREADABLE
    counting = {
        "none": (), "error": ("fatal", "error"), "warning": ("fatal", "error", "warning"),
        "undecided": ("fatal", "error", "warning", "undecided"),
    }  # fmt: skip
    return FINDINGS if any(levels[name] for name in counting[fail_on]) else FINE
