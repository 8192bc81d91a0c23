"""The command line: one thin module per command, and what happens to errors.

What is heavy is imported inside the commands, so that `fhir-case --help` answers at once.
"""

from __future__ import annotations

import os
import sys
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from fhir_case.cli.build import build
from fhir_case.cli.bulk import export, import_
from fhir_case.cli.check import check
from fhir_case.cli.convert import convert
from fhir_case.cli.demo import demo
from fhir_case.cli.diff import diff
from fhir_case.cli.explain import explain
from fhir_case.cli.fhirpath import fhirpath
from fhir_case.cli.mapping import mapping
from fhir_case.cli.new import new
from fhir_case.cli.output import SERVER, UNREADABLE, counted, decorated, pieces_of, stop, tell
from fhir_case.cli.package import package
from fhir_case.cli.plan import plan
from fhir_case.cli.pull import pull
from fhir_case.cli.push import push
from fhir_case.cli.schema import schema
from fhir_case.cli.validate import validate
from fhir_case.issues import CaseError, FHIRCaseError, ServerError


class Commands(TyperGroup):
    """The commands, with one end for every error: text that helps, an exit status, no traceback."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except CaseError as error:
            for issue in error.issues:
                tell(*pieces_of(issue))
            tell(f"{counted(len(error.issues), 'error')}; nothing was done")
            raise typer.Exit(UNREADABLE) from None
        except ServerError as error:
            stop(str(error), status=SERVER)
        except FHIRCaseError as error:
            stop(str(error))
        except BrokenPipeError:
            raise
        except OSError as error:
            where = f"{error.filename}: " if error.filename else ""
            stop(f"{where}{error.strerror or error}")
        except Exception as error:
            if type(error).__module__.startswith("typer."):
                raise  # how typer ends a command, and says what is wrong with its usage
            _defect(error)


def _defect(error: Exception) -> None:
    """A mistake of ours. A traceback could show what is in the case, so it is shown only to who asks for it."""
    if os.environ.get("FHIR_CASE_TRACEBACK"):
        raise error
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    where = f"{os.path.basename(trace.tb_frame.f_code.co_filename)}:{trace.tb_lineno}" if trace else "?"
    stop(
        f"a defect of fhir-case, not of your input: {type(error).__name__} at {where}",
        "FHIR_CASE_TRACEBACK=1 shows all of it; please report it",
    )


app = typer.Typer(
    cls=Commands, no_args_is_help=True, add_completion=True, pretty_exceptions_enable=False,
    rich_markup_mode="rich" if decorated(sys.stdout) else None,
    context_settings={"help_option_names": ["-h", "--help"]},
)  # fmt: skip
for command in (
    demo, new, check, build, validate, explain, plan, push, pull, export, import_, convert, diff, mapping, schema,
    fhirpath,
):  # fmt: skip
    app.command(command.__name__.rstrip("_"))(command)
app.add_typer(package, name="package")


def _version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        typer.echo(version("fhir-case"))
        raise typer.Exit


@app.callback()
def about(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and stop.")
    ] = False,
) -> None:
    """A clinician's case, written once, becomes FHIR R4, reaches any FHIR server, and comes home again.

    Exit status: 0 fine; 1 findings or differences; 2 usage or unreadable input; 3 the server or the network failed.
    """


def main() -> None:
    """Run the command line."""
    for stream in (sys.stdout, sys.stderr):
        # What a pipe gets is UTF-8, which JSON has to be; a terminal shows what it can.
        if stream.isatty():
            stream.reconfigure(errors="replace")  # type: ignore[union-attr]
        else:
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")  # type: ignore[union-attr]
    app(prog_name="fhir-case")
