"""Real servers for tests: HAPI (Java) and Medplum's router (node), each with fresh data on a port of its own.

What is not there is skipped with the reason, unless `FHIR_CASE_REQUIRE` (such as `shared,java,node`) asks for it.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SCRIPTS = ROOT / "scripts"

FULL = bool(os.environ.get("FHIR_CASE_FULL"))
"""Whether all is to be tried, however long it takes (`just full`), and not a fixed part of it."""


def unavailable(need: str, reason: str) -> None:
    """Skip, or fail where `FHIR_CASE_REQUIRE` names the need."""
    if need in os.environ.get("FHIR_CASE_REQUIRE", "").replace(" ", "").split(","):
        pytest.fail(f"FHIR_CASE_REQUIRE asks for {need}, but {reason}")
    pytest.skip(f"needs {need}: {reason}")


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of shared test data beside the project."""
    folder = ROOT.parent / "shared"
    if not folder.is_dir():
        unavailable("shared", f"there is no folder {folder}")
    return folder


@pytest.fixture(scope="session")
def hapi() -> Iterator[str]:
    """The base address of a HAPI server with nothing on it."""
    yield from _hapi()


@pytest.fixture(scope="module")
def second_hapi() -> Iterator[str]:
    """The base address of another one."""
    yield from _hapi()


def _hapi() -> Iterator[str]:
    server = Hapi("HAPI_MEMORY=1")
    yield server.base
    server.stop()


class Hapi:
    """A HAPI server of one's own, with nothing on it; what `start.sh` may be told (`HAPI_MEMORY=1`)."""

    def __init__(self, *told: str) -> None:
        _commands("java", "java", "javac", "curl")
        self._work = Path(os.environ.get("HAPI_WORK") or Path.home() / ".cache/fhir-case/hapi")
        if not (self._work / "lib/.ok").exists():
            _commands("java", "mvn")
        self._port = str(_free_port())
        self.base = f"http://127.0.0.1:{self._port}/fhir"
        # Pages of five, so that paging is met in every test.
        usual = {"JOPTS": "-Dhapi.page=5 -Dhapi.page-max=5"}
        self._told = {**os.environ, **usual, **dict(one.split("=", 1) for one in told)}
        self.start()

    @property
    def _data(self) -> Path:
        return self._work / f"data-{self._port}"

    def start(self) -> None:
        """Start it; with a database in a file, as it was."""
        words = [SCRIPTS / "hapi/start.sh", self._port]
        started = subprocess.run(words, env=self._told, capture_output=True, text=True, check=False)
        if started.returncode:
            unavailable("java", f"HAPI did not start: {started.stderr[-1000:]}")

    def kill(self) -> None:
        """End it as a crash does."""
        os.kill(int((self._data / "pid").read_text()), signal.SIGKILL)

    def stop(self) -> None:
        """The end of it, and of its data."""
        subprocess.run([SCRIPTS / "hapi/stop.sh", self._port], env=self._told, check=True)
        shutil.rmtree(self._data, ignore_errors=True)


@pytest.fixture(scope="session")
def medplum(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The base address of Medplum's router with nothing on it."""
    _commands("node", "node", "npm")
    port = _free_port()
    base = f"http://127.0.0.1:{port}/fhir/R4"
    log = tmp_path_factory.mktemp("medplum") / "log"
    with log.open("w") as output:
        server = subprocess.Popen([SCRIPTS / "medplum/start.sh", str(port)], stdout=output, stderr=subprocess.STDOUT)
        try:
            for _ in range(600):
                if server.poll() is not None:
                    unavailable("node", f"Medplum's router did not start: {log.read_text()[-1000:]}")
                if _answers(f"{base}/metadata"):
                    break
                time.sleep(0.5)
            else:
                unavailable("node", "Medplum's router was not ready after 300 s")
            yield base
        finally:
            server.terminate()
            server.wait()


def _commands(need: str, *names: str) -> None:
    if missing := [name for name in names if not shutil.which(name)]:
        unavailable(need, f"{', '.join(missing)} not found on the PATH")


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=10) as response:
            return bool(response.status == 200)
    except (urllib.error.URLError, OSError):
        return False
