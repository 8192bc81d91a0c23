"""What is in the wheel and the source distribution, wherever they are built."""

import sys
import tarfile
import zipfile
from pathlib import Path

import pytest
from checkout import LINK, copy, files, run

TABLES = ["fhir_case/definitions/tables/ips.bin", "fhir_case/definitions/tables/r4.bin"]
SEED = "fixtures/cases/juvenile-dermatomyositis-calcinosis"
DATA = ["fixtures/__init__.py", "fixtures/cases/case.schema.json", f"{SEED}/case.yaml", f"{SEED}/report.md"]


def sources() -> list[str]:
    """What the package is made of, where it stands in the checkout."""
    code = [
        name for name in files()
        if name.endswith(".py") and name.split("/")[0] in ("fhir_case", "mappings") and not name.startswith(LINK + "/")
    ]  # fmt: skip
    return sorted([*code, "fhir_case/py.typed", *TABLES, *DATA])


def installed(names: list[str]) -> set[str]:
    """The same where they stand once installed."""
    return {name if name.startswith("fhir_case/") else f"fhir_case/{name}" for name in names}


def build(tree: Path, kind: str) -> Path:
    """Build a wheel or sdist of the tree with what is installed here, without a network."""
    out = tree / "out"
    done = run("pyproject-build", "--no-isolation", f"--{kind}", "--outdir", out, tree, cwd=tree)
    assert done.returncode == 0, done.stdout + done.stderr
    return next(out.glob("*.whl" if kind == "wheel" else "*.tar.gz"))


def names_in(wheel: Path) -> list[str]:
    """The files in a wheel that are the package's."""
    with zipfile.ZipFile(wheel) as opened:
        return sorted(name for name in opened.namelist() if ".dist-info/" not in name)


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy(tmp_path_factory.mktemp("tree"), files())


@pytest.fixture(scope="module")
def wheel(tree: Path) -> Path:
    return build(tree, "wheel")


def test_the_wheel_holds_the_package_with_mappings_and_seed_case_and_nothing_else(wheel: Path) -> None:
    assert names_in(wheel) == sorted(installed(sources()))


def test_the_wheel_tells_its_licence_its_command_and_that_it_is_typed(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as opened:
        about = {name.split(".dist-info/")[1]: name for name in opened.namelist() if ".dist-info/" in name}
        assert "Apache License" in opened.read(about["licenses/LICENSE"]).decode()
        assert "fhir-case = fhir_case.cli:main" in opened.read(about["entry_points.txt"]).decode()
        assert "\nRequires-Python: >=3.11\n" in opened.read(about["METADATA"]).decode()
    assert set(about) == {"licenses/LICENSE", "METADATA", "WHEEL", "RECORD", "entry_points.txt", "top_level.txt"}


def test_the_seed_case_is_read_from_what_the_wheel_installs(wheel: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(wheel) as opened:
        opened.extractall(tmp_path)  # what pip does with a wheel of pure Python
    code = (
        "from importlib.resources import files\n"
        "import fhir_case, fhir_case.mappings.condition\n"
        f"assert fhir_case.__file__.startswith({str(tmp_path)!r}), fhir_case.__file__\n"
        "cases = files('fhir_case.fixtures') / 'cases'\n"
        "assert (cases / 'case.schema.json').is_file()\n"
        "case = fhir_case.Case.load(cases / 'juvenile-dermatomyositis-calcinosis' / 'case.yaml')\n"
        "print(len(case.to_bundle()['entry']))\n"
    )
    done = run(sys.executable, "-c", code, cwd=tmp_path, PYTHONPATH=str(tmp_path))
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 50


def test_a_checkout_without_links_gives_the_same_wheel(wheel: Path, tmp_path: Path) -> None:
    # git writes the link's target into a plain file where the file system (or core.symlinks) has no links.
    tree = copy(tmp_path, [name for name in files() if name != LINK])
    (tree / LINK).write_text("../mappings")
    assert names_in(build(tree, "wheel")) == names_in(wheel)


def test_the_source_distribution_builds_the_same_wheel_and_has_no_stray_files(
    tree: Path, wheel: Path, tmp_path: Path
) -> None:
    with tarfile.open(build(tree, "sdist")) as opened:
        safe = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}  # Python 3.11.4 on
        opened.extractall(tmp_path, **safe)
    unpacked = next(tmp_path.iterdir())
    found = {str(path.relative_to(unpacked)) for path in unpacked.rglob("*") if path.is_file()}
    around = {"LICENSE", "MANIFEST.in", "PKG-INFO", "README.md", "pyproject.toml", "setup.cfg"}
    assert {name for name in found if ".egg-info/" not in name} == {*sources(), *around}
    assert names_in(build(unpacked, "wheel")) == names_in(wheel)
