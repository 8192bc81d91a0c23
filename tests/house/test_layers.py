"""The arrows between the rooms hold, and one that points the wrong way is seen (design.md, 4)."""

import re
from pathlib import Path

import pytest
from checkout import LINK, ROOT, copy, files, run


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the package, the mappings at their place in it."""
    names = [name for name in files() if name.split("/")[0] in ("fhir_case", "mappings", "pyproject.toml")]
    made = copy(tmp_path_factory.mktemp("tree"), [name for name in names if name != LINK])
    (made / "mappings").rename(made / LINK)
    return made


def test_all_import_arrows_point_downwards(tree: Path) -> None:
    found = run("lint-imports", "--no-cache", cwd=tree)
    assert found.returncode == 0, found.stdout


@pytest.mark.parametrize(
    ("module", "forbidden", "contract"),
    [
        ("mappings/condition.py", "from fhir_case.client import steps", "What makes bundles knows no network"),
        ("mappings/condition.py", "from fhir_case.mappings import report", "A mapping imports no other mapping"),
        ("mappings/condition.py", "from fhir_case.bundle import build", "Upper rooms import lower ones"),
        ("mappings/condition.py", "from fhir_case.json import canonical", "A mapping is written in the words of"),
        ("case/model.py", "from fhir_case.client import steps", "Upper rooms import lower ones"),
        ("client/steps.py", "from fhir_case.case import model", "Upper rooms import lower ones"),
        ("lens/line.py", "from fhir_case.mappings import tables", "Upper rooms import lower ones"),
        ("delivery/home.py", "from fhir_case.api import case", "Upper rooms import lower ones"),
        ("delivery/push.py", "import httpx", "httpx is imported where connections are made"),
        ("bundle/build.py", "from fhir.resources.R4B.bundle import Bundle", "The models of fhir.resources have one"),
    ],
)  # fmt: skip
def test_a_forbidden_import_is_found_even_inside_a_function(
    tree: Path, module: str, forbidden: str, contract: str
) -> None:
    place = tree / "fhir_case" / module
    clean = place.read_text("utf-8")
    try:
        place.write_text(f"{clean}\n\ndef planted() -> None:\n    {forbidden}\n", "utf-8")
        found = run("lint-imports", "--no-cache", cwd=tree)
    finally:
        place.write_text(clean, "utf-8")
    assert found.returncode == 1, found.stdout
    broken = [line for line in found.stdout.splitlines() if line.endswith("BROKEN") or " BROKEN (" in line]
    assert any(line.startswith(contract) for line in broken), found.stdout


def test_the_mappings_stand_behind_one_name_only() -> None:
    sources = [name for name in files() if name.endswith(".py") and not name.startswith("tests/house/")]
    wrong = [
        name for name in sources if re.search(r"^\s*(from|import) mappings\b", (ROOT / name).read_text("utf-8"), re.M)
    ]
    assert wrong == []
