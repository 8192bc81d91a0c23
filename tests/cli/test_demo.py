"""`fhir-case demo`: short, true, and the whole way with a server."""

from __future__ import annotations

import re
import sys
import warnings
from pathlib import Path

import pytest
from running import ROOT, SEED, run, run_process
from syrupy.assertion import SnapshotAssertion

from fhir_case import Case, as_model


def test_the_demo_in_a_pipe_as_people_read_it(snapshot: SnapshotAssertion) -> None:
    done = run_process("demo", cwd=ROOT)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == snapshot
    assert len(done.stdout.splitlines()) < 40


def test_what_the_demo_counts_is_what_is_in_the_case() -> None:
    shown = run("demo").stdout
    case = Case.load(SEED)
    bundle = case.to_bundle("transaction")
    assert case.title in shown
    assert f"transaction  {len(bundle['entry'])} resources" in shown
    assert re.search(r"^medications +7  MedicationStatement$", shown, re.M)
    assert re.search(rf"^{len(list(case.entries()))} items, \d+ quotes", shown, re.M)


def test_the_demo_fails_when_a_bundle_does_not_come_back_equal(monkeypatch: pytest.MonkeyPatch) -> None:
    module = sys.modules["fhir_case.cli.demo"]  # the package's attribute of that name is the command
    monkeypatch.setattr(module, "_read_back", lambda case, built: False)
    result = run("demo")
    assert result.exit_code == 1
    assert result.stdout.count("NOT EQUAL") == 2


def test_the_demo_does_not_push_because_a_server_stands_in_the_environment() -> None:
    assert run("demo", FHIR_CASE_SERVER="http://127.0.0.1:9/fhir").exit_code == 0


def test_the_demo_says_what_the_models_that_take_every_resource_leave_out() -> None:
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        for entry in Case.load(SEED).to_bundle("document")["entry"]:
            assert as_model(entry["resource"]).get_resource_type() == entry["resource"]["resourceType"]
    left_out = [path for warning in warned for path in warning.message.paths]  # type: ignore[union-attr]
    assert [path.split("[")[0] for path in left_out] == ["Condition.extension"]
    assert "except 1 value in extensions, for which they have no place" in run("demo").stdout


def test_the_demo_with_a_server_pushes_once_and_comes_home_equal(hapi: str) -> None:
    first, again = (run("demo", "--server", hapi) for _ in range(2))
    assert (first.exit_code, again.exit_code) == (0, 0), first.output
    assert re.search(r"pushed +\d+ created, 0 updated, 0 unchanged", first.stdout)
    assert re.search(r"pushed +0 created, 0 updated, \d+ unchanged", again.stdout)
    for result in (first, again):
        assert "pushed again nothing created, no new version" in result.stdout
        assert "came home equal, byte for byte" in result.stdout


@pytest.mark.parametrize("width", [60, 120])
def test_on_a_terminal_the_table_has_colours_and_in_a_dumb_one_none(width: int, tmp_path: Path) -> None:
    coloured, plain = (_in_a_terminal(width, environment) for environment in ({}, {"NO_COLOR": "1"}))
    assert "\x1b[1m" in coloured
    assert "\x1b" not in plain
    assert "MedicationStatement" in coloured
    assert "MedicationStatement" in plain


def _in_a_terminal(width: int, environment: dict[str, str]) -> str:
    """What the mapping command shows on a terminal of a width."""
    import fcntl
    import os
    import pty
    import struct
    import subprocess
    import sys
    import termios

    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, width, 0, 0))
    with subprocess.Popen(
        [sys.executable, "-c", "from fhir_case.cli import main; main()", "mapping"],
        stdin=theirs, stdout=theirs, stderr=theirs, cwd=ROOT, close_fds=True,
        env={**{k: v for k, v in os.environ.items() if k != "NO_COLOR"}, "TERM": "xterm-256color", **environment},
    ) as process:  # fmt: skip
        os.close(theirs)
        shown = b""
        while True:
            try:
                part = os.read(ours, 4096)
            except OSError:
                break
            if not part:
                break
            shown += part
        process.wait()
    os.close(ours)
    return shown.decode()
