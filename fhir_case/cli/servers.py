"""The options of every command that talks to a server: which one, how to get in, how patiently, and what to keep of it."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fhir_case.cli.output import stop, tell, working

if TYPE_CHECKING:
    from fhir_case.api.access import Access
    from fhir_case.api.client import FHIRClient

PANEL = "The server"


def _option(name: str, *, metavar: str, help: str) -> Any:
    variable = "FHIR_CASE_" + name.removeprefix("--").replace("-", "_").upper()
    return typer.Option(name, envvar=variable, metavar=metavar, help=help, rich_help_panel=PANEL,
                        show_envvar=variable == "FHIR_CASE_SERVER")  # fmt: skip


def _options(
    server: Annotated[
        str | None, _option("--server", metavar="URL", help="The FHIR base address of the server.")
    ] = None,
    token_file: Annotated[
        Path | None, _option("--token-file", metavar="FILE", help="A bearer token (or FHIR_CASE_TOKEN holds it).")
    ] = None,
    token_command: Annotated[
        str | None, _option("--token-command", metavar="COMMAND", help="What prints the token: a keyring's command.")
    ] = None,
    user: Annotated[str | None, _option("--user", metavar="NAME", help="A user, who has a password.")] = None,
    password_file: Annotated[
        Path | None, _option("--password-file", metavar="FILE", help="It (or FHIR_CASE_PASSWORD holds it).")
    ] = None,
    password_command: Annotated[
        str | None, _option("--password-command", metavar="COMMAND", help="What prints the password.")
    ] = None,
    client_id: Annotated[
        str | None, _option("--client-id", metavar="ID", help="A client registered for SMART Backend Services.")
    ] = None,
    client_key: Annotated[
        Path | None, _option("--client-key", metavar="FILE", help="Its private keys: JWK, JWK set or PEM.")
    ] = None,
    key_id: Annotated[
        str | None, _option("--key-id", metavar="KID", help="The name of a key that states none, or which to take.")
    ] = None,
    scope: Annotated[
        str | None, _option("--scope", metavar="SCOPES", help="What to ask for, in place of system/*.cruds.")
    ] = None,
    token_url: Annotated[
        str | None, _option("--token-url", metavar="URL", help="Where tokens are had, if the server does not say.")
    ] = None,
    cert: Annotated[
        Path | None, _option("--cert", metavar="FILE", help="Our certificate (PEM), if the server wants one.")
    ] = None,
    cert_key: Annotated[Path | None, _option("--cert-key", metavar="FILE", help="Its key, if kept apart.")] = None,
    ca: Annotated[
        Path | None, _option("--ca", metavar="FILE", help="Certificates (PEM) to trust beside the usual ones.")
    ] = None,
    trust_origin: Annotated[
        list[str] | None,
        _option("--trust-origin", metavar="URL", help="Another server that sees the login: bulk files'."),
    ] = None,
    retry_for: Annotated[
        float | None,
        _option("--retry-for", metavar="SECONDS", help="How long a request is tried again: 300; 0: not at all."),
    ] = None,
    log_file: Annotated[
        Path | None, _option("--log-file", metavar="FILE", help="A log to add to: a JSON object for each request.")
    ] = None,
) -> dict[str, Any]:
    return locals()


@dataclass(frozen=True, slots=True)
class Connection:
    """The server of a command, and how to get in."""

    url: str
    """Empty where none was named."""
    access: Access
    log_file: Path | None

    @contextmanager
    def open(self, doing: str) -> Iterator[FHIRClient]:
        """A client, while a terminal shows what is being done (`pushing to`); at the end it is said what that took."""
        from fhir_case.api.client import FHIRClient
        from fhir_case.cli.logs import logged

        if not self.url:
            stop("which server?", "--server URL, FHIR_CASE_SERVER, or url in the section [server] of fhir-case.toml")
        with logged(self.log_file) as run, FHIRClient(self.url, access=self.access) as client:
            run(client.conversation.run)
            try:
                with working(f"{doing} {self.url}", lambda: client.conversation.metrics):
                    yield client
            finally:
                metrics = client.conversation.metrics
                if metrics.requests:
                    tell((f"{metrics}; {metrics.seconds:.1f} s in all", "dim"))


def with_server(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options of a server in place of its parameter `server`, a `Connection`."""
    stated, own = inspect.signature(_options, eval_str=True), inspect.signature(command, eval_str=True)

    @functools.wraps(command)
    def whole(**given: Any) -> None:
        said = {name: given.pop(name) for name in stated.parameters}
        command(server=_connection(said), **given)

    kept = [one for one in own.parameters.values() if one.name != "server"]
    parameters = [one.replace(kind=one.KEYWORD_ONLY) for one in (*kept, *stated.parameters.values())]
    whole.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    whole.__annotations__ = {one.name: one.annotation for one in parameters}
    del whole.__wrapped__
    return whole


def _connection(given: dict[str, Any]) -> Connection:
    """Options and environment first, then fhir-case.toml."""
    from fhir_case.api.access import addressed, from_settings
    from fhir_case.api.project import Project

    log_file = given.pop("log_file")
    said = {name.replace("_", "-"): value for name, value in given.items() if value not in (None, [])}
    url, file = addressed(said, Project.found().server)
    return Connection(url, from_settings(said, file), log_file)
