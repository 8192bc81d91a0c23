"""The section [server] of `fhir-case.toml`: which server, and how to get in. Never a secret, and no command.

[server]
url = "https://fhir.example/r4"
client-id = "our-job"
client-key = "keys.json"                   # beside this file
trust-origin = ["https://files.example"]
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

FILES = ("token-file", "password-file", "client-key", "cert", "cert-key", "ca")
TEXTS = ("url", "user", "client-id", "key-id", "scope", "token-url")
NAMES = (*TEXTS, *FILES, "trust-origin", "retry-for")

_ELSEWHERE = {
    "token": "a secret does not stand in this file; expected token-file",
    "password": "a secret does not stand in this file; expected password-file",
    # Whoever gives someone a folder would run a command on his machine.
    "token-command": "a command does not stand in this file; expected --token-command, or FHIR_CASE_TOKEN_COMMAND",
    "password-command": "a command does not stand in this file; expected --password-command, or FHIR_CASE_PASSWORD_COMMAND",
}


def server_faults(table: Any) -> Iterator[tuple[str, str, str]]:
    """What is wrong with the section: code, name, message."""
    if not isinstance(table, dict):
        yield "settings-value", "server", "server: expected a section, [server]"
        return
    for name, value in table.items():
        if name not in NAMES:
            why = _ELSEWHERE.get(name, f"there is no such setting of a server; expected one of {', '.join(NAMES)}")
            yield "settings-unknown", name, f"{name}: {why}"
        elif name == "trust-origin":
            if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
                yield "settings-value", name, f"{name}: expected a list of texts"
        elif name == "retry-for":
            if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
                yield "settings-value", name, f"{name}: expected seconds, found another value"
        elif not isinstance(value, str):
            yield "settings-value", name, f"{name}: expected a text"


def server_table(table: dict[str, Any], folder: Path) -> dict[str, Any]:
    """The section, its files as seen from where the settings stand."""
    return {name: str(folder / Path(value).expanduser()) if name in FILES else value for name, value in table.items()}
