"""Every command: its exit status, what it prints where, and that bad input never ends in a traceback."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from running import ROOT, SEED, run, run_process

from fhir_case import Case
from fhir_case.cli.new import START
from fhir_case.json import dumps, loads

BROKEN = ROOT / "fixtures/broken"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("status", "arguments"),
    [
        (0, ["--help"]),
        (0, ["build", "--help"]),
        (0, ["schema"]),
        (0, ["mapping"]),
        (0, ["mapping", "Condition"]),
        (0, ["mapping", "medications"]),
        (0, ["check", SEED]),
        (0, ["build", SEED]),
        (0, ["diff", SEED, SEED]),
        (1, ["check", BROKEN / "case-value.yaml"]),
        (1, ["check", BROKEN / "quote-missing.yaml"]),
        (2, ["check", BROKEN / "file-syntax.yaml"]),
        (2, ["check", BROKEN / "file-encoding.yaml"]),
        (2, ["check", "not-there.yaml"]),
        (2, ["check", BROKEN]),
        (2, ["check"]),
        (2, ["build", BROKEN / "case-value.yaml"]),
        (2, ["build", SEED, "--as", "message"]),
        (2, ["build", SEED, "-o", "no/such/folder/bundle.json"]),
        (2, ["diff", SEED, "not-there.json"]),
        (2, ["mapping", "Condtion"]),
        (2, ["push", SEED]),
        (2, ["pull", "123", "--server", "http://127.0.0.1:9/fhir"]),
        (2, ["no-such-command"]),
        (3, ["push", SEED, "--server", "http://127.0.0.1:9/fhir"]),
        (3, ["pull", "Patient/1", "--server", "http://127.0.0.1:9/fhir"]),
        (3, ["demo", "--server", "http://127.0.0.1:9/fhir"]),
        (3, ["push", SEED, "--server", "not an address"]),
    ],
    ids=lambda value: " ".join(str(v).rpartition("/")[2] for v in value) if isinstance(value, list) else None,
)
def test_the_exit_status_says_how_it_went(here: Path, status: int, arguments: list[str | Path]) -> None:
    result = run(*arguments)
    assert result.exit_code == status, result.output
    assert "Traceback" not in result.output
    assert status in (0, 1) or result.output


def test_every_command_has_one_line_of_help_that_is_not_cut_off() -> None:
    commands = run("--help").stdout.partition("Commands:")[2].strip().splitlines()
    assert [line.split()[0] for line in commands] == [
        "demo", "new", "check", "build", "validate", "explain", "plan", "push", "pull", "export", "import",
        "convert", "diff", "mapping", "schema",
        "fhirpath", "package",
    ]  # fmt: skip
    assert all(line.rstrip().endswith(".") and not line.endswith("...") for line in commands)


# --- build ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["transaction", "document", "collection"])
def test_build_prints_the_bundle_and_nothing_else_on_stdout(kind: str) -> None:
    result = run("build", SEED, "--as", kind)
    bundle = loads(result.stdout)
    assert (bundle["resourceType"], bundle["type"]) == ("Bundle", kind)
    assert dumps(bundle) == dumps(Case.load(SEED).to_bundle(kind))  # type: ignore[arg-type]
    assert result.stderr.startswith("note: ")


def test_build_writes_a_file_whole_with_the_usual_mode(here: Path) -> None:
    result = run("build", SEED, "-o", "bundle.json")
    assert result.stdout == ""
    assert loads(Path("bundle.json").read_text("utf-8"))["type"] == "transaction"
    Path("plain").touch()
    assert Path("bundle.json").stat().st_mode == Path("plain").stat().st_mode
    assert {path.name for path in here.iterdir()} == {"bundle.json", "plain"}


def test_build_explains_each_addition_that_the_note_counts() -> None:
    short, long = run("build", SEED).stderr, run("build", SEED, "--explain").stderr
    count = int(re.search(r"\d+", short)[0])  # type: ignore[index]
    assert count > 0
    assert long.count("[required-unknown]") == count


def test_a_case_with_errors_is_not_built_and_nothing_is_written(here: Path) -> None:
    result = run("build", BROKEN / "unit-unknown.yaml", "-o", "bundle.json")
    assert result.stdout == ""
    assert "unit-unknown.yaml:6:12: labs.creatinine.value: " in result.stderr
    assert not Path("bundle.json").exists()


SLIP = """\
id: slip
title: A case with a slip
recorded: 2026-11-22T09:30:00Z
patient: {age: 40 a, sex: female}
timeline:
  index: {types: [Visit], when: 2026-11}
findings:
  fever: {code: "http://hl7.org/fhir/administrative-gender femal | Female", when: at index}
"""


def test_build_validates_the_bundle_and_writes_it_all_the_same(here: Path) -> None:
    Path("slip.yaml").write_text(SLIP, "utf-8")
    result = run("build", "slip.yaml", "-o", "bundle.json")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "  error: slip.yaml:8:17: Bundle.entry[" in result.stderr
    assert "(did you mean female?) [code-unknown]" in result.stderr
    assert re.search(r"^validated: 1 error, \d+ warnings?, \d+ undecided$", result.stderr, re.M)
    assert loads(Path("bundle.json").read_text("utf-8"))["type"] == "transaction"
    assert loads(run("build", "slip.yaml").stdout) == loads(Path("bundle.json").read_text("utf-8"))


def test_build_does_not_validate_where_that_is_not_wanted(here: Path) -> None:
    Path("slip.yaml").write_text(SLIP, "utf-8")
    result = run("build", "slip.yaml", "--no-validate")
    assert result.exit_code == 0
    assert "validated" not in result.stderr


def test_build_of_the_seed_case_finds_nothing_and_says_what_could_not_be_looked_up(here: Path) -> None:
    result = run("build", SEED, "-o", "bundle.json")
    assert result.exit_code == 0
    assert "validated: 0 errors, 0 warnings, " in result.stderr
    assert re.search(r"^  \d+ codes of SNOMED CT, LOINC, .* could not be looked up offline$", result.stderr, re.M)
    assert "  warning: " not in result.stderr


def test_build_says_each_kind_of_warning_once_and_counts_what_is_undecided(here: Path) -> None:
    """The codes of two systems that nobody here knows; and one is misspelt."""
    text = SLIP.replace("http://hl7.org/fhir/administrative-gender femal | Female", "http://loinc.com 8310-5 | Fever")
    Path("own.yaml").write_text(
        f'{text}  chills: {{code: "http://lab.test/codes c | Chills", when: at index}}\n', "utf-8"
    )
    short, long = run("build", "own.yaml"), run("build", "own.yaml", "--explain")
    assert short.exit_code == 0
    assert "validated: 0 errors, 2 warnings" in short.stderr
    assert short.stderr.count("[code-system-unknown]") == 1
    assert "(did you mean http://loinc.org?) [code-system-unknown] and 1 more" in short.stderr
    assert long.stderr.count("[code-system-unknown]") == 2
    assert "code-undecided" not in long.stderr


def test_build_validates_with_what_the_project_and_the_command_line_give(here: Path) -> None:
    Path("slip.yaml").write_text(SLIP, "utf-8")
    Path("fhir-case.toml").write_text(
        '[[suppress]]\ncode = "code-unknown"\nreason = "a slip on purpose"\n[validation]\nbest_practice = "error"\n',
        "utf-8",
    )
    result = run("build", "slip.yaml")
    assert result.exit_code == 1
    assert "[code-unknown]" not in result.stderr
    assert "1 suppressed" in result.stderr
    assert "error: slip.yaml:4:1: " in result.stderr
    assert run("build", "slip.yaml", "--package", "no.such.package@1.0.0").exit_code == 2


# --- new and schema ---------------------------------------------------------------------------------------------------


def test_new_writes_a_case_that_passes_check_and_the_schema_beside_it(here: Path) -> None:
    assert run("new", "my-case").exit_code == 0
    text = Path("my-case.yaml").read_text("utf-8")
    assert text.startswith("# yaml-language-server: $schema=case.schema.json\n")
    assert run("check", "my-case.yaml").exit_code == 0
    case = Case.load("my-case.yaml")
    assert case.id == "my-case"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", case.recorded or "")
    assert Path("case.schema.json").read_text("utf-8") == run("schema").stdout


def test_new_keeps_the_name_as_it_was_typed(here: Path) -> None:
    assert run("new", "Müller, Fall: 3").exit_code == 0
    text = Path("Müller, Fall: 3.yaml").read_text("utf-8")
    case = Case.loads(text)
    assert (case.id, case.title) == ("Muller-Fall-3", "Müller, Fall: 3")
    assert "fhir-case check 'Müller, Fall: 3.yaml'" in text


def test_python_runs_the_package_as_the_command() -> None:
    done = subprocess.run([sys.executable, "-m", "fhir_case", "--version"], capture_output=True, text=True, check=True)
    assert done.stdout == run("--version").stdout


@pytest.mark.skipif(not Path("/dev/full").is_char_device(), reason="no /dev/full here")
def test_a_full_disk_is_no_defect_of_ours() -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "fhir_case", "schema"], stdout=full, stderr=subprocess.PIPE, text=True
        )
    assert (done.returncode, done.stderr) == (2, "error: No space left on device\n")


def test_new_never_overwrites(here: Path) -> None:
    Path("mine.yaml").write_text("mine")
    Path("case.schema.json").write_text("{}")
    assert run("new", "mine").exit_code == 2
    assert Path("mine.yaml").read_text() == "mine"
    assert run("new", "other").exit_code == 0
    assert Path("case.schema.json").read_text() == "{}"


@pytest.mark.parametrize("name", ["...", "no/such/folder/case", "-/--"])
def test_new_refuses_names_that_are_none(here: Path, name: str) -> None:
    result = run("new", "--", name)
    assert result.exit_code == 2
    assert "error: " in result.stderr


def test_every_example_in_a_new_file_is_a_valid_case_once_the_marks_are_gone(here: Path) -> None:
    text = START.format(shell="x", id="x", title="title: X", recorded="2026-11-22T09:30:00Z")
    prose = re.compile(r"# (yaml-language-server|A case of|Every section|Where the case|Times: |Codes: )")
    lines = [line for line in text.splitlines() if not prose.match(line)]
    uncommented = "\n".join(re.sub(r"^( *)# ", r"\1", line) for line in lines)
    Path("case.yaml").write_text(uncommented, "utf-8")
    Path("report.md").write_text("Seen was a 19-year-old woman.", "utf-8")
    result = run("check", "case.yaml")
    assert result.exit_code == 0, result.stdout
    built = run("build", "case.yaml", "-o", "bundle.json")
    assert "validated: 0 errors" in built.stderr + built.stdout
    sections = {line.rstrip(":") for line in re.findall(r"^\w+:$", uncommented, re.M)}
    assert sections == set(Case.model_fields) - {
        "id",
        "title",
        "recorded",
        "language",
        "other",
        "phenopacket",
        "resources",
        "bundle",
    }


# --- mapping ----------------------------------------------------------------------------------------------------------


def test_mapping_shows_the_field_the_element_and_the_kind_also_of_parts() -> None:
    lines = [re.split(r"  +", line) for line in run("mapping", "MedicationStatement").stdout.splitlines()]
    assert ["code, drug", "medication[x]", "CodeableConcept | Reference"] in lines
    assert ["dosage.dose", "dosage[].doseAndRate[].doseQuantity", "Quantity"] in lines


def test_mapping_of_a_type_with_several_sections_shows_them_all() -> None:
    shown = run("mapping", "observation").stdout
    assert [line for line in shown.splitlines() if "↔" in line] == [
        "variants ↔ Observation", "implications ↔ Observation", "outcomes ↔ Observation", "labs ↔ Observation",
        "imaging.findings ↔ Observation", "findings ↔ Observation",
    ]  # fmt: skip


def test_mapping_names_the_nearest_type_in_its_spelling() -> None:
    assert "did you mean 'ImagingStudy'?" in run("mapping", "imagingstdy").stderr


# --- processes --------------------------------------------------------------------------------------------------------


def test_what_goes_through_a_pipe_is_plain_text_in_utf_8() -> None:
    done = run_process("mapping", "Condition", PYTHONIOENCODING="latin-1", TERM="xterm-256color")
    assert done.returncode == 0
    assert "↔" in done.stdout
    assert "\x1b" not in done.stdout


def test_help_loads_nothing_heavy() -> None:
    probe = (
        "import sys\nfrom fhir_case.cli import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "print(sorted(set(sys.modules) & {'pydantic', 'httpx', 'yaml', 'ruamel', 'fhir', 'msgspec'}))"
    )
    import subprocess
    import sys

    done = subprocess.run([sys.executable, "-c", probe, "--help"], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.splitlines()[-1] == "[]"


def test_a_reader_that_goes_away_ends_the_command_quietly() -> None:
    import subprocess
    import sys

    command = f"{sys.executable} -c 'from fhir_case.cli import main; main()' build {SEED} | head -c 10"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=True, cwd=ROOT)
    assert "Traceback" not in done.stderr
    assert "Error" not in done.stderr


def test_an_interrupt_ends_with_130(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(path: Path) -> Case:
        raise KeyboardInterrupt

    monkeypatch.setattr(Case, "load", interrupted)
    assert run("build", SEED).exit_code == 130


def test_a_defect_of_ours_is_said_without_what_is_in_the_case(monkeypatch: pytest.MonkeyPatch) -> None:
    def defect(path: Path) -> Case:
        raise ValueError("prednisone, 60 mg per day")

    monkeypatch.setattr(Case, "load", defect)
    result = run("build", SEED)
    assert result.exit_code == 2
    assert "ValueError at test_commands.py:" in result.stderr
    assert "prednisone" not in result.stderr


def test_an_installed_package_and_a_clone_both_find_the_seed_case(here: Path) -> None:
    """Installed, `fixtures` stands in the package; in a clone beside it."""
    shutil.copytree(
        ROOT / "fhir_case", here / "installed/fhir_case", symlinks=False, ignore=shutil.ignore_patterns("__pycache__")
    )
    shutil.copytree(ROOT / "fixtures", here / "installed/fhir_case/fixtures")
    done = run_process("demo", cwd=here, PYTHONPATH=str(here / "installed"))
    assert "installed/fhir_case/fixtures/cases" in done.stdout, done.stderr
    assert run_process("demo", cwd=ROOT).stdout.splitlines()[1].endswith(str(SEED.relative_to(ROOT)))


def test_the_seed_case_is_yaml_that_any_reader_takes() -> None:
    assert yaml.safe_load(SEED.read_text("utf-8"))["id"] == Case.load(SEED).id


def test_a_shell_can_complete_commands_options_and_their_values() -> None:
    for words, offered in {
        "fhir-case val": ["validate"],
        "fhir-case validate --fo": ["--format"],
        "fhir-case validate --format s": ["sarif"],
    }.items():
        done = run_process(_FHIR_CASE_COMPLETE="complete_bash", COMP_WORDS=words, COMP_CWORD=str(words.count(" ")))
        assert done.stdout.split() == offered, done.stderr
