"""The International Patient Summary as it comes with the program: current, whole by itself, found without cache or network."""

from __future__ import annotations

import pickle
import subprocess
import sys
from pathlib import Path

import pytest
from servers import ROOT, unavailable

from fhir_case import Case, Validator
from fhir_case.definitions import r4
from fhir_case.definitions.cache import PackageCache
from fhir_case.definitions.embedded import IPS, embedded
from fhir_case.definitions.names import parsed
from fhir_case.definitions.resolving import opened

CASES = sorted((ROOT / "fixtures/cases").glob("*/case.yaml"))


@pytest.fixture(autouse=True)
def _no_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FHIR_CASE_PACKAGES", str(tmp_path / "packages"))
    monkeypatch.setenv("FHIR_CASE_CACHE", str(tmp_path / "scratch"))


def test_the_table_is_current(shared: Path) -> None:
    """Made from its sources again, it is the same, byte for byte."""
    if not (Path.home() / ".cache/fhir-case/npm/hl7.fhir.uv.extensions.r4-5.3.0-ballot-tc1.tgz").exists():
        unavailable("node", "HL7's extension pack has not been fetched from the registry")
    command = [sys.executable, ROOT / "scripts/definitions/build_ips.py", "--check"]
    made = subprocess.run(command, capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stdout + made.stderr


@pytest.mark.parametrize(
    ("name", "here"),
    [
        ("hl7.fhir.uv.ips@2.0.0", True), ("hl7.fhir.uv.ips", True), ("hl7.fhir.uv.ips@2.0.x", True),
        ("hl7.fhir.uv.ips@1.1.0", False), ("hl7.fhir.uv.ips@2.1.0", False), ("hl7.fhir.us.core", False),
    ],
)  # fmt: skip
def test_it_is_found_by_its_name_and_version(name: str, here: bool) -> None:
    assert (embedded(parsed(name)) is not None) is here


def test_every_profile_it_has_and_all_that_those_build_on_is_known() -> None:
    here = r4().extended([embedded(IPS)])  # type: ignore[list-item]
    urls = [url for url in here.urls("StructureDefinition") if "/uv/ips/" in url]
    assert len(urls) > 25
    for url in urls:
        structure = here.structure(url)
        assert structure is not None
        for element in structure["snapshot"]["element"]:
            for kind in element.get("type", ()):
                for wanted in (*kind.get("profile", ()), *kind.get("targetProfile", ())):
                    assert here.find(wanted, "StructureDefinition"), f"{url} {element['id']}: {wanted}"


def test_a_package_in_the_cache_goes_before_the_one_that_comes_with_the_program() -> None:
    source = {"name": IPS.name, "version": IPS.version}
    folder = PackageCache().root / str(IPS) / "package"
    folder.mkdir(parents=True)
    (folder / "package.json").write_text(str(source).replace("'", '"'), "utf-8")
    assert [type(one).__name__ for one in opened([str(IPS)], PackageCache()).packages] == ["Package"]


def test_a_validator_with_it_can_be_sent_to_a_worker() -> None:
    profile = "http://hl7.org/fhir/uv/ips/StructureDefinition/Patient-uv-ips"
    again = pickle.loads(pickle.dumps(Validator(packages=[str(IPS)])))
    report = again.validate({"resourceType": "Patient", "meta": {"profile": [profile]}})
    assert {issue.code for issue in report.issues if issue.severity == "error"} == {"element-missing"}


@pytest.mark.parametrize("case", CASES, ids=[case.parent.name for case in CASES])
@pytest.mark.parametrize("type", ["transaction", "document"])
def test_what_is_built_of_a_case_has_no_error_and_knows_all_its_profiles(case: Path, type: str) -> None:
    """HL7's validator with IPS and the extension pack says so too (0 errors in all six)."""
    report = Validator(packages=[str(IPS)]).validate(Case.load(case).to_bundle(type))  # type: ignore[arg-type]
    assert report.ok
    assert not {issue.code for issue in report.issues} & {"profile-unknown", "extension-unknown", "code-system-unknown"}
