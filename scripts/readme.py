"""What stands in the README between `[[[cog` and `[[[end]]]`: real runs of the commands on the README's own case.

`just docs` writes it anew; a test says when that was forgotten.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from fhir_case import Case, dumps

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"
COMMANDS = (
    "demo", "new", "check", "build", "validate", "explain", "plan", "push", "pull", "export", "import",
    "convert", "diff", "mapping", "schema",
    "fhirpath", "package",
)  # fmt: skip
"""In the order in which they are met."""


def block(language: str) -> str:
    """The README's first block of code in a language."""
    return README.read_text("utf-8").split(f"```{language}\n", 1)[1].split("```", 1)[0]


@contextmanager
def folder() -> Iterator[Path]:
    """A folder with the README's case in it."""
    with TemporaryDirectory() as made:
        (Path(made) / "case.yaml").write_text(block("yaml"), "utf-8")
        yield Path(made)


def output(command: str, cwd: Path) -> str:
    """What a command prints, in a pipe of eighty columns."""
    words = shlex.split(command)
    program = Path(sys.executable).parent / words[0]
    words[0] = str(program) if program.exists() else shutil.which(words[0]) or words[0]
    plain = {**os.environ, "COLUMNS": "80", "NO_COLOR": "1", "PYTHONUTF8": "1"}
    plain.pop("FHIR_CASE_SERVER", None)
    done = subprocess.run(
        words, cwd=cwd, env=plain, text=True, check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    return "\n".join(line.rstrip() for line in done.stdout.strip("\n").splitlines())


def shell(*commands: str, edit: tuple[tuple[str, str], ...] = ()) -> str:
    """A console with these commands, run one after the other; `edit` changes the case before."""
    with folder() as cwd:
        case = cwd / "case.yaml"
        for old, new in edit:
            assert old in case.read_text("utf-8"), f"the README's case has no {old!r} any more"
            case.write_text(case.read_text("utf-8").replace(old, new), "utf-8")
        runs = [f"$ {command}\n{output(command, cwd)}".rstrip("\n") for command in commands]
    return "```console\n" + "\n".join(runs) + "\n```"


def changed(old: str, new: str) -> str:
    """`fhir-case diff` between the README's case and an edited one."""
    with folder() as cwd:
        text = (cwd / "case.yaml").read_text("utf-8")
        (cwd / "later.yaml").write_text(text.replace(old, new), "utf-8")
        command = "fhir-case diff case.yaml later.yaml"
        return f"```console\n$ {command}\n{output(command, cwd)}\n```"


def validated(name: str, text: str) -> str:
    """A resource, and what `fhir-case validate` finds in it."""
    with TemporaryDirectory() as made:
        (Path(made) / name).write_text(text, "utf-8")
        command = f"fhir-case validate {name}"
        return f"```console\n$ cat {name}\n{text.strip()}\n$ {command}\n{output(command, Path(made))}\n```"


def element(type: str, name: str) -> str:
    """One element of the first resource of a type in the bundle of the README's case."""
    bundle = Case.loads(block("yaml")).to_bundle()
    held = [entry["resource"] for entry in bundle["entry"] if entry["resource"]["resourceType"] == type]
    return f"```json\n{dumps({name: next(one[name] for one in held if name in one)}, indent=2)}\n```"


def reference() -> str:
    """The help of all commands."""
    helps = [f"### {name}\n\n{_help(f'fhir-case {name} --help')}" for name in COMMANDS]
    return "\n\n".join([_help("fhir-case --help"), *helps])


_LOGIN = re.compile(r"^  --token-file .*?^(?=  -h, --help)", re.S | re.M)
"""The options of every command with a server, but for --server itself."""


def _help(command: str) -> str:
    text = output(command, ROOT)
    if " pull " not in command:
        text = _LOGIN.sub("  (and how to get in, how patiently, with what log: as of pull)\n", text)
    return f"```console\n$ {command}\n{text}\n```"
