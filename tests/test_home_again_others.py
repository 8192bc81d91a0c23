"""Laws 5 and 6 for what others wrote: pushed, pushed again, pulled, and the same. A fixed part; all with `just full`.

Not compared is what a server owns (`id`, `meta.versionId`, `lastUpdated`, `source`), nor the order of profiles and tags,
which means nothing; narratives are in canonical XML (HAPI writes them with other quotes), and a reference that leads
nowhere on the server comes home absolute.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import canonicalize

import pytest
from servers import FULL, ROOT, Hapi

from fhir_case import Case, FHIRClient, dumps, loads
from fhir_case.api.case import Reading
from fhir_case.bundle.identity import unmarked
from fhir_case.bundle.references import rewrite
from fhir_case.issues import Refused
from fhir_case.json import canonical
from tests.same import assert_same

DATA = ROOT.parent / "shared/data"
PART = ("bundle-01", "bundle-minimal", "Cangioli_03", "patient-00")

CANNOT = {
    "samples_connectathon_archive_NL_Curavista_01": "HAPI-1755",
}
"""What cannot be stored: HAPI does not read a narrative that is no XML."""

TWICE = "samples_connectathon_Sept2024_NZ_Peter_Jordan_NNJ9186"
"""One organization stands in it twice, under two ids: it is stored once, and comes home once."""


ANOTHERS = "samples_connectathon_archive_DK_Jens_Villadsen_02"
"""One of its vaccinations names a patient who is not in it: what says that it is another's does not come home with this one."""


def files(kind: str) -> list[Any]:
    found = sorted((DATA / kind).glob("patient-*.json" if kind == "synthea" else "*.json"))
    some = found if FULL else [path for path in found if path.stem.endswith(PART)]
    return [pytest.param(path, id=path.stem) for path in some] or [pytest.param(DATA / kind, id="none")]


@pytest.fixture(scope="module")
def base(request: pytest.FixtureRequest) -> Iterator[str]:
    """A server with nothing on it; for all of them one that takes references to what is not there."""
    if not FULL:
        yield request.getfixturevalue("hapi")
        return
    server = Hapi("HAPI_MEMORY=1", "JOPTS=-Dhapi.ref-integrity-write=false")
    yield server.base
    server.stop()


@pytest.mark.java
@pytest.mark.parametrize("path", files("ips-bundles"))
def test_an_ips_document_of_others_comes_home(base: str, shared: Path, path: Path) -> None:
    bundle = alone(loads(path.read_bytes()), path.stem)
    if path.stem in CANNOT:
        with FHIRClient(base) as server, pytest.raises(Refused, match=CANNOT[path.stem]) as caught:
            server.push(Case.from_bundle(bundle))
        assert not caught.value.stored
        return
    case = Case.from_bundle(bundle)
    home = _pushed_twice(base, case)
    left = [issue.code for issue in home.report.issues if issue.code == "pull-other-patient"]
    assert len(left) == (path.stem == ANOTHERS)
    if not left:
        wanted = said(case, base)
        assert_same(said(home.case, base), folded(wanted) if path.stem == TWICE else wanted)


@pytest.mark.java
@pytest.mark.parametrize("path", files("synthea"))
def test_a_synthea_patient_comes_home(base: str, shared: Path, path: Path) -> None:
    comes_home(path, base)


@pytest.mark.java
@pytest.mark.skipif(not FULL, reason="made by Synthea in minutes: with `just full`")
def test_twenty_synthea_patients_made_anew_come_home(base: str, tmp_path: Path) -> None:
    subprocess.run([str(ROOT / "scripts/synthea/generate.sh"), str(tmp_path), "20"], check=True)
    patients = sorted(tmp_path.glob("patient-*.json"))
    assert len(patients) >= 20  # those who died on the way are there, too
    for path in patients:
        comes_home(path, base)


def comes_home(path: Path, base: str) -> None:
    bundle = whole(loads(path.read_bytes()), others(path.parent))
    case = Case.from_bundle(alone(bundle, f"{path.parent.name}-{path.stem}"))
    assert_same(said(_pushed_twice(base, case).case, base), said(case, base))


def folded(resources: dict[str, Any]) -> dict[str, Any]:
    """The resources with one organization in place of two that differ by our mark alone: the first stands for both."""
    stands: dict[bytes, str] = {}
    to: dict[str, str] = {}
    for url, resource in resources.items():
        if resource["resourceType"] == "Organization":
            to[url] = stands.setdefault(canonical(unmarked(resource)), url)
    made = {url: rewrite(resource, to.get) for url, resource in resources.items() if to.get(url, url) == url}
    assert len(made) == len(resources) - 1
    return made


def _pushed_twice(base: str, case: Case) -> Reading:
    with FHIRClient(base) as server:
        first = server.push(case)
        assert len(first.created) == len(first.entries)
        again = server.push(case)
        assert len(again.unchanged) == len(first.entries)
        assert [one.version for one in again.entries] == [one.version for one in first.entries]
        return server.read(first.patient)


def said(case: Case, base: str) -> dict[str, Any]:
    """The resources by fullUrl, without what is the server's."""
    made = {}
    for entry in case.to_bundle("transaction")["entry"]:
        resource = {name: value for name, value in entry["resource"].items() if name not in ("id", "meta")}
        held = entry["resource"].get("meta", {})
        meta = {name: sorted(held[name], key=canonical) for name in ("profile", "security", "tag") if name in held}
        made[entry["fullUrl"]] = plain({**resource, **({"meta": meta} if meta else {})}, base)
    return made


def plain(value: Any, base: str, name: str = "") -> Any:
    if isinstance(value, dict):
        return {name: plain(held, base, name) for name, held in value.items()}
    if isinstance(value, list):
        return [plain(held, base, name) for held in value]
    if name == "div":
        return canonicalize(value, with_comments=True)
    return value.removeprefix(f"{base}/") if name == "reference" else value


def alone(bundle: dict[str, Any], mark: str) -> dict[str, Any]:
    """The bundle with names of its own: several are of one and the same patient, and two have one and the same name."""
    for entry in bundle["entry"]:
        stated = entry["resource"].get("identifier", [])
        for one in stated if isinstance(stated, list) else [stated]:
            if "value" in one:
                one["value"] += f" {mark}"
    return {**bundle, "id": mark[-40:].replace("_", "-")}


@cache
def others(folder: Path) -> dict[str, dict[str, Any]]:
    """Synthea's hospitals and practitioners, by the conditional references to them."""
    made = {}
    for name in ("hospital", "practitioner"):
        for entry in loads((folder / f"{name}.json").read_bytes())["entry"]:
            for one in entry["resource"].get("identifier", ()):
                made[f"{entry['resource']['resourceType']}?identifier={one['system']}|{one['value']}"] = entry
    return made


def whole(bundle: dict[str, Any], known: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """A patient's transaction with the hospitals and practitioners that it refers to, and those that they refer to."""
    text = dumps(bundle)
    wanted = list(dict.fromkeys(re.findall(r'"([A-Z][A-Za-z]+\?identifier=[^"]+)"', text)))
    entries = {known[one]["fullUrl"]: loads(dumps(known[one])) for one in wanted if one in known}
    todo = list(entries.values())
    while todo:
        text = dumps(todo.pop())
        for one, entry in known.items():
            if entry["fullUrl"] not in entries and (one in text or entry["fullUrl"] in text):
                entries[entry["fullUrl"]] = loads(dumps(entry))
                todo.append(entries[entry["fullUrl"]])

    def to(address: str) -> str | None:
        return known[address]["fullUrl"] if address in known else None

    return {**bundle, "entry": [rewrite(one, to) for one in (*entries.values(), *bundle["entry"])]}
