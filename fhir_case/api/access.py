"""How to get into a server: what is told of it in settings, made into a login and into what TLS needs.

Secrets are named by where they are kept: a file, an environment variable, a command. They are read when they are needed.
"""

from __future__ import annotations

import os
import shlex
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fhir_case.client.conversation import Conversation
from fhir_case.client.keys import signing_keys
from fhir_case.client.login import Basic, Bearer, Login, Secret
from fhir_case.client.messages import origin
from fhir_case.client.retry import Policy
from fhir_case.client.smart import Smart
from fhir_case.issues import FHIRCaseError

ALL = "system/*.cruds"
"""The scope that is asked for, unless another is named (https://hl7.org/fhir/smart-app-launch/STU2.2/scopes-and-launch-context.html)."""


def from_file(path: str | Path) -> Secret:
    """The secret that a file holds."""

    def read() -> str:
        try:
            return Path(path).expanduser().read_text("utf-8")
        except OSError as error:
            raise FHIRCaseError(f"the file {path} cannot be read: {error.strerror}") from None
        except UnicodeDecodeError:
            raise FHIRCaseError(f"the file {path} is no text; expected a secret") from None

    return Secret(f"the file {path}", read)


def from_environment(name: str) -> Secret:
    """The secret that an environment variable holds."""
    return Secret(f"the environment variable {name}", lambda: os.environ.get(name, ""))


def from_command(command: str) -> Secret:
    """The secret that a command prints, such as `secret-tool lookup server fhir`; no shell reads it."""
    try:
        words = shlex.split(command)
    except ValueError as error:
        raise FHIRCaseError(f"the command for a secret cannot be read: {error}") from None
    if not words:
        raise FHIRCaseError("the command for a secret is empty")
    place = f"what the command {words[0]} prints"

    def read() -> str:
        try:
            done = subprocess.run(words, capture_output=True, text=True, timeout=120, check=False)  # noqa: S603
        except (OSError, subprocess.TimeoutExpired, UnicodeDecodeError) as error:
            raise FHIRCaseError(f"the command {words[0]} did not give a secret ({type(error).__name__})") from None
        if done.returncode:
            raise FHIRCaseError(f"the command {words[0]} did not give a secret (exit status {done.returncode})")
        return done.stdout

    return Secret(place, read)


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """How to get into a server: by one of `token`, `user`, `client_id`, or by none; with what certificates; how patiently."""

    token: Secret | None = None
    """A bearer token that someone else fetched."""
    user: str = ""
    password: Secret | None = None
    client_id: str = ""
    """The client that is registered for SMART Backend Services."""
    client_key: str | Path = ""
    """The file of its private keys: JWK, JWK set or PEM. It is read anew after a refusal."""
    key_id: str = ""
    """The `kid` of a key that states none, or which one to take."""
    scope: str = ALL
    token_url: str = ""
    """Where tokens are to be had, of a server that does not say."""
    cert: str | Path = ""
    """Our certificate, in PEM, for a server that asks for one."""
    cert_key: str | Path = ""
    """Its private key, unless it stands in the same file."""
    ca: str | Path = ""
    """Certificates, in PEM, that are trusted beside the usual ones."""
    trust_origin: tuple[str, ...] = ()
    """Further servers that see the login: those that keep this one's bulk files."""
    retry_for: float = Policy().budget
    """Seconds that one request is tried again for; 0: not at all."""

    def login(self, base: str) -> Login | None:
        """The login. Raises `FHIRCaseError` for more than one way, and for half of one."""
        ways = [name for name in ("token", "user", "client_id") if getattr(self, name)]
        if len(ways) > 1:
            raise FHIRCaseError(f"expected one way of logging in, found {' and '.join(map(_spelled, ways))}")
        if self.token:
            return Bearer(self.token)
        if self.user:
            if self.password is None:
                raise FHIRCaseError("a user without a password; expected password-file, or FHIR_CASE_PASSWORD")
            return Basic(self.user, self.password)
        if not self.client_id:
            return None
        if not self.client_key:
            raise FHIRCaseError("a client-id without a key; expected client-key, the file of its private keys")
        place, kept = f"the file {self.client_key}", from_file(self.client_key)
        return Smart(
            base,
            self.client_id,
            lambda: signing_keys(kept.text(), place, self.key_id),
            self.scope,
            token_url=self.token_url,
        )

    @property
    def policy(self) -> Policy:
        """How patiently it is tried."""
        return Policy(budget=self.retry_for, tries=Policy().tries if self.retry_for > 0 else 1)


def conversation(base: str, access: Access | None) -> Conversation:
    """The conversation with a server that is got into so. Raises `FHIRCaseError`."""
    access = access or Access()
    return Conversation(base, login=access.login(base), trusted=access.trust_origin, retry=access.policy)


def tls(access: Access | None) -> dict[str, Any]:
    """What an HTTP client of ours needs for it, beyond the usual. Raises `FHIRCaseError` for files that don't fit."""
    if access is None or not (access.cert or access.cert_key or access.ca):
        return {}
    from fhir_case.client import wire

    return {"verify": wire.tls(ca=access.ca, cert=access.cert, key=access.cert_key)}


def _spelled(name: str) -> str:
    return name.replace("_", "-")


_LOGIN = frozenset(
    {"token-file", "token-command", "user", "password-file", "password-command", "client-id", "client-key"}
)

_SECRETS = ("token", "password", *sorted(_LOGIN - {"user", "client-id"}))


def addressed(given: Mapping[str, Any], file: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
    """Which server it is, and what of `fhir-case.toml` is about that one: nothing of how to get into another.

    Raises `FHIRCaseError` where a secret of the environment would go to a server that only the file names: whoever gives
    someone a folder would be given his token.
    """
    url, stated = str(given.get("server", "")), str(file.get("url", ""))
    if url:
        another = stated and origin(url) != origin(stated)
        return url, {name: file[name] for name in ("retry-for",) if name in file} if another else file
    held = [f"FHIR_CASE_{name.replace('-', '_').upper()}" for name in _SECRETS]
    if stated and (variable := next((name for name in held if name in os.environ), "")):
        raise FHIRCaseError(
            f"what {variable} holds would go to {origin(stated)}, which only fhir-case.toml names; say that it belongs "
            "there: --server, or FHIR_CASE_SERVER beside it"
        )
    return stated, file


def from_settings(given: Mapping[str, Any], file: Mapping[str, Any]) -> Access:
    """What options and `fhir-case.toml` say of a server, by the names of the options (`token-file`, `client-id`).

    Options win over FHIR_CASE_TOKEN and FHIR_CASE_PASSWORD, and these over the file; who gives another login in one of
    the former has none from the file.
    """
    if not given.keys().isdisjoint(_LOGIN) or "FHIR_CASE_TOKEN" in os.environ:
        file = {name: value for name, value in file.items() if name not in _LOGIN}
    made = {
        name.replace("-", "_"): value
        for name, value in {**file, **given}.items()
        if name.replace("-", "_") in Access.__slots__
    }
    for name in ("token", "password"):
        if f"{name}-command" in given:
            made[name] = from_command(given[f"{name}-command"])
        elif f"{name}-file" in given:
            made[name] = from_file(given[f"{name}-file"])
        elif (variable := f"FHIR_CASE_{name.upper()}") in os.environ and given.keys().isdisjoint(_LOGIN - {"user"}):
            made[name] = from_environment(variable)
        elif f"{name}-file" in file:
            made[name] = from_file(file[f"{name}-file"])
    return Access(**made | {"trust_origin": tuple(made.get("trust_origin", ()))})
