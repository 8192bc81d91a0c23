"""What the documents say is true: examples run, commands are described, rooms and files exist."""

import re
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import typer
from checkout import ROOT, files, run

from fhir_case.cli import app

README = (ROOT / "README.md").read_text("utf-8")
ARCHITECTURE = (ROOT / "ARCHITECTURE.md").read_text("utf-8")
DOCUMENTS = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md"]
ON_A_SERVER = "http://localhost:8080/fhir"


def blocks(language: str) -> list[str]:
    """The README's blocks of code in a language."""
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.M | re.S)


@pytest.fixture
def with_case(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A working folder with the README's case in it."""
    (tmp_path / "case.yaml").write_text(blocks("yaml")[0], "utf-8")
    monkeypatch.chdir(tmp_path)


@pytest.mark.usefixtures("with_case")
@pytest.mark.parametrize(
    ("code", "printed"),
    [
        *zip(
            [code for code in blocks("python") if ON_A_SERVER not in code],
            ["did you mean 'title'", "Patient.gender code-not-in-value-set one of female, male, other, unknown"],
            strict=True,
        )
    ],
)
def test_each_python_example_of_the_readme_runs(code: str, printed: str, capsys: pytest.CaptureFixture[str]) -> None:
    exec(compile(code, "README.md", "exec"), {})
    assert printed in capsys.readouterr().out


@pytest.mark.usefixtures("with_case")
def test_the_readmes_example_with_a_server_runs_on_a_real_one(hapi: str) -> None:
    (code,) = [code for code in blocks("python") if ON_A_SERVER in code]
    names: dict[str, Any] = {}
    exec(compile(code.replace(ON_A_SERVER, hapi), "README.md", "exec"), names)
    assert names["pushed"].created
    exec(compile(code.replace(ON_A_SERVER, hapi), "README.md", "exec"), names)
    assert not names["pushed"].created
    assert not names["pushed"].updated


def test_what_the_readme_shows_of_the_commands_is_what_they_print() -> None:
    done = run(sys.executable, "-m", "cogapp", "--check", "-P", "-I", "scripts", "README.md", cwd=ROOT)
    assert done.returncode == 0, f"{done.stdout}{done.stderr}\n`just docs` writes it anew"


def test_every_command_is_in_the_readme_and_every_command_there_exists() -> None:
    group: Any = typer.main.get_command(app)
    assert re.findall(r"^### (\S+)$", README, re.M) == list(group.commands)


def test_the_readme_begins_with_the_two_commands() -> None:
    first = README.split("```")[1]
    assert "python3 -m venv .venv && .venv/bin/pip install -q . && .venv/bin/fhir-case demo" in first
    assert "sh scripts/test" in first


def test_the_architecture_names_every_room_and_no_other() -> None:
    ours = [name.split("/")[1:] for name in files() if re.fullmatch(r"fhir_case/([a-z]+/__init__|[a-z]+)\.py", name)]
    rooms = {path[0].removesuffix(".py") for path in ours} | {"mappings"}
    section = ARCHITECTURE.split("## Rooms")[1].split("\n## ")[0]
    assert set(re.findall(r"^\| `([a-z]+)` \|", section, re.M)) == rooms


def test_the_architecture_gives_a_reason_for_every_dependency() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    for group in (project["project"]["dependencies"], project["dependency-groups"]["dev"]):
        for wanted in group:
            name = re.split(r"[<>=]", wanted)[0]
            assert re.search(rf"^\| (`[^|]*)?`{re.escape(name)}`", ARCHITECTURE, re.M), name


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_file_and_habit_that_a_document_names_exists(document: str) -> None:
    text = (ROOT / document).read_text("utf-8")
    links = [link for link in re.findall(r"\]\(([^)#]+)\)", text) if not link.startswith("http")]
    assert [link for link in links if not (ROOT / link).exists()] == []
    habits = set(re.findall(r"^([a-z][a-z-]*)(?: [^:]*)?:", (ROOT / "justfile").read_text("utf-8"), re.M))
    assert set(re.findall(r"`just ([a-z-]+)", text)) <= habits
