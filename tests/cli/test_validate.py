"""`fhir-case validate` and `fhir-case explain`."""

from __future__ import annotations

import json
import pickle
from pathlib import Path

import pytest
from running import SEED, run, run_process

from fhir_case.api.project import Project
from fhir_case.issues import CaseError
from fhir_case.validation.settings import ValidationSettings, from_table

GOOD = {"resourceType": "Patient", "name": [{"family": "Chalmers"}], "birthDate": "1970-02-28"}
BAD = {**GOOD, "birthDate": "1970-02-30"}
WARNED = {**GOOD, "extension": [{"url": "http://hospital.test/unknown", "valueString": "x"}]}
PROFILE = {
    "resourceType": "StructureDefinition", "url": "http://hospital.test/named", "name": "Named", "status": "draft",
    "fhirVersion": "4.0.1", "kind": "resource", "abstract": False, "type": "Patient", "derivation": "constraint",
    "baseDefinition": "http://hl7.org/fhir/StructureDefinition/Patient",
    "differential": {
        "element": [{"id": "Patient", "path": "Patient"}, {"id": "Patient.gender", "path": "Patient.gender", "min": 1}]
    },
}  # fmt: skip


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder without settings to work in."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(name: str, content: object) -> Path:
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content if isinstance(content, str) else json.dumps(content, indent=2), "utf-8")
    return path


def test_a_valid_resource_ends_with_0_and_a_line() -> None:
    done = run("validate", write("good.json", GOOD))
    assert (done.exit_code, done.output) == (0, "1 file: 0 errors, 0 warnings\n")


def test_an_error_ends_with_1_and_names_place_path_and_code() -> None:
    done = run("validate", write("bad.json", BAD))
    assert done.exit_code == 1
    assert "Patient.birthDate" in done.output
    assert "[value-format]" in done.output
    assert " 8:16  error" in done.output
    assert "1970-02-30" not in done.output


def test_values_are_shown_when_asked_for() -> None:
    assert '"birthDate": "1970-02-30"' in run("validate", write("bad.json", BAD), "--show-values").output


@pytest.mark.parametrize(
    ("fail_on", "resource", "status"),
    [("error", BAD, 1), ("none", BAD, 0), ("error", WARNED, 0), ("warning", WARNED, 1), ("undecided", GOOD, 0),
     ("none", GOOD, 0)],
)  # fmt: skip
def test_fail_on_says_from_what_on_the_status_is_1(fail_on: str, resource: object, status: int) -> None:
    assert run("validate", write("one.json", resource), "--fail-on", fail_on).exit_code == status


def test_the_environment_says_what_no_flag_says() -> None:
    file = write("bad.json", BAD)
    assert run("validate", file, FHIR_CASE_FAIL_ON="none").exit_code == 0
    assert run("validate", file, "--fail-on", "error", FHIR_CASE_FAIL_ON="none").exit_code == 1


def test_what_is_undecided_fails_only_when_asked() -> None:
    coded = {**GOOD, "maritalStatus": {"coding": [{"system": "http://snomed.info/sct", "code": "87915002"}]}}
    file = write("coded.json", coded)
    found = json.loads(run("validate", file, "--format", "json").output)
    assert found["counts"]["undecided"] > 0
    assert run("validate", file, "--fail-on", "warning", "--fail-on", "error").exit_code == 0
    assert run("validate", file, "--fail-on", "undecided").exit_code == 1


def test_what_cannot_be_read_ends_with_2() -> None:
    assert run("validate", "nowhere.json").exit_code == 2
    assert run("validate", write("good.json", GOOD), "nowhere.json", "--fail-on", "none").exit_code == 2


def test_what_is_not_json_is_a_finding_with_its_place() -> None:
    done = run("validate", write("broken.json", '{"resourceType": "Patient",\n "name": [}'))
    assert done.exit_code == 1
    assert "2:11" in done.output
    assert "[json-syntax]" in done.output


def test_a_folder_gives_its_resources_and_leaves_out_what_is_none() -> None:
    write("all/a.json", GOOD)
    write("all/deep/b.json", BAD)
    write("all/package.json", {"name": "x"})
    write("all/.hidden/c.json", BAD)
    write("all/notes.yaml", "title: notes\n")
    write("all/schema.json", {"$id": "x", "title": "x"})
    done = run("validate", "all")
    assert "2 files: 1 error" in done.output


def test_what_is_left_out_of_a_folder_is_named_and_what_is_broken_is_not_left_out() -> None:
    write("data/good.JSON", GOOD)
    write("data/package.json", {"name": "x"})
    write("data/empty.json", "")
    write("data/cut.json", '{"name": [')
    done = run("validate", "data", "--format", "json")
    assert [result["file"] for result in json.loads(done.stdout)["results"]] == [
        "data/cut.json", "data/empty.json", "data/good.JSON",
    ]  # fmt: skip
    assert (done.exit_code, done.stderr) == (
        1, "note: 1 file is neither FHIR nor a case, and left out: data/package.json\n",
    )  # fmt: skip
    Path("nothing").mkdir()
    assert run("validate", "nothing").stderr == "note: there is nothing to validate in nothing\n"


_AT = json.dumps(BAD).index('"1970') + 1


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (json.dumps(BAD), f"1:{_AT}"), (json.dumps(GOOD) + "\n" + json.dumps(BAD) + "\n", f"2:{_AT}"),
        ('<Patient xmlns="http://hl7.org/fhir">\n<birthDate value="1970-02-30"/></Patient>', "2:1"),
        ("id: a\ntitle: A\npatient: {sexx: male}", "3:11"),
    ],
    ids=["json", "ndjson", "xml", "case"],
)  # fmt: skip
def test_standard_input_is_told_apart_by_what_is_in_it(text: str, place: str) -> None:
    done = run("validate", "-", input=text)
    assert done.exit_code == 1
    assert done.stdout.splitlines()[1].split()[:2] == [place, "error"], done.stdout


def test_a_folder_gives_its_cases_too_which_are_held_against_the_patient_summary() -> None:
    write("all/one.yaml", SEED.read_text("utf-8").split("source:")[0] + "patient: {sex: female}\n")
    write("all/two.json", {"id": "two", "title": "t", "recorded": "2026-11-22T09:30:00Z", "patient": {"sex": "female"}})
    done = run("validate", "all")
    assert "2 files: 0 errors, 0 warnings" in done.output
    assert done.exit_code == 0


def test_ndjson_has_a_resource_on_each_line() -> None:
    file = write("many.ndjson", "\n".join(map(json.dumps, (GOOD, BAD))) + "\n\n" + json.dumps(GOOD) + "\n")
    done = run("validate", file)
    assert done.exit_code == 1
    assert " 2:" in done.output
    assert "1 file: 1 error" in done.output


def test_a_case_file_is_validated_as_the_bundle_it_becomes() -> None:
    done = run("validate", SEED, "--format", "json")
    found = json.loads(done.output)["results"]
    assert [one["file"] for one in found] == [str(SEED)]


def test_a_broken_case_file_names_its_line() -> None:
    done = run("validate", write("case.yaml", "id: x\ntitle: X\npatient: {sexx: male}\n"))
    assert done.exit_code == 1
    assert "3:11" in done.output


def test_a_profile_given_as_a_file_is_applied() -> None:
    file, profile = write("good.json", GOOD), write("profiles/named.json", PROFILE)
    assert run("validate", file, "--definitions", profile).exit_code == 0
    done = run("validate", file, "--definitions", profile.parent, "--profile", PROFILE["url"])
    assert done.exit_code == 1
    assert "[element-missing]" in done.output
    assert "http://hospital.test/named" in done.output


def test_a_profile_that_is_not_known_is_told_before_anything_is_done() -> None:
    done = run("validate", write("good.json", GOOD), "--profile", "http://nowhere.test/x")
    assert done.exit_code == 2
    assert "http://nowhere.test/x is not known" in done.output


@pytest.mark.parametrize("form", ["json", "outcome", "sarif", "junit", "html"])
def test_each_form_goes_to_a_file_as_to_the_terminal(form: str) -> None:
    file = write("bad.json", BAD)
    shown = run("validate", file, "--format", form)
    written = run("validate", file, "--format", form, "-o", "report")
    assert (shown.exit_code, written.exit_code, written.output) == (1, 1, "")
    assert Path("report").read_text("utf-8") == shown.output


def test_settings_come_from_the_nearest_file_and_flags_go_before_them() -> None:
    write("fhir-case.toml", '[validation]\nunknown_extensions = "error"\n')
    file = write("deep/warned.json", WARNED)
    assert run("validate", file).exit_code == 1
    assert run("validate", file, "--unknown-extensions", "warning").exit_code == 0
    assert run("validate", file, "--settings", write("other.toml", "")).exit_code == 0
    flag_like = write("other.toml", '\ufeff[validation]\nunknown-extensions = "error"\n')
    assert run("validate", file, "--settings", flag_like).exit_code == 1


def test_a_suppression_keeps_a_finding_from_failing_and_says_why() -> None:
    write(
        "fhir-case.toml",
        '[[suppress]]\ncode = "value-format"\npath = "Patient.birthDate"\nreason = "typed from paper"\n',
    )
    file = write("bad.json", BAD)
    done = run("validate", file, "--format", "json")
    assert done.exit_code == 0
    assert json.loads(done.output)["results"][0]["suppressed"][0]["reason"] == "typed from paper"


def test_a_suppression_without_use_is_a_warning_with_its_place() -> None:
    write("fhir-case.toml", '\n[[suppress]]\ncode = "value-length"\nreason = "gone"\n')
    done = run("validate", write("good.json", GOOD), "--fail-on", "warning")
    assert done.exit_code == 1
    assert "fhir-case.toml:2:1" in done.output
    assert "[suppression-unused]" in done.output


@pytest.mark.parametrize(
    ("text", "code", "line", "said"),
    [
        ("[validation", "settings-unreadable", 0, "not TOML"),
        ('[validation]\ndisplay = "error"', "settings-unknown", 2, "did you mean displays"),
        ('[validation]\ndisplays = "no"', "settings-value", 2, "expected ignore or information"),
        ('[validation]\nmax_issues = "x"', "settings-value", 2, "expected a number"),
        ('[validation]\npackages = "x"', "settings-value", 2, "a list of texts"),
        ("[validate]", "settings-unknown", 1, "no such section"),
        ("validation = 5", "settings-value", 1, "expected a section"),
        ("[[validation]]\ndisplays = 1", "settings-value", 1, "expected a section"),
        ('[validation]\nfail-on = "eror"', "settings-value", 2, "fail_on: expected error"),
        ("a = " + "[" * 3000, "settings-unreadable", 0, "not TOML"),
        ('[[suppress]]\ncode = "value-format"', "suppression-invalid", 1, "reason is missing"),
        ('[[suppress]]\ncode = "valu-format"\nreason = "x"', "suppression-invalid", 1, "no such code"),
        ('[[suppress]]\ncode = "value-format"\nreason = "x"\nwhere = "y"', "suppression-invalid", 1, "nothing else"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_the_settings_is_told_with_its_line(text: str, code: str, line: int, said: str) -> None:
    with pytest.raises(CaseError) as caught:
        Project.load(write("fhir-case.toml", text))
    (issue,) = caught.value.issues
    assert issue.code == code
    assert said in issue.message
    assert issue.place is not None
    assert issue.place.line == line
    assert run("validate", write("good.json", GOOD)).exit_code == 2


def test_paths_in_the_settings_are_seen_from_their_file() -> None:
    write("fhir-case.toml", '[validation]\ndefinitions = ["profiles"]\nprofiles = ["http://hospital.test/named"]\n')
    write("profiles/named.json", PROFILE)
    assert run("validate", write("deep/deeper/good.json", GOOD)).exit_code == 1


def test_every_setting_has_a_flag_and_settings_are_checked() -> None:
    shown = run("validate", "--help").output
    singular = {"extension_domains": "extension-domain", "languages": "language"}
    for name in ValidationSettings.__dataclass_fields__:
        assert f"--{singular.get(name, name.replace('_', '-'))}" in shown, name
    with pytest.raises(ValueError, match="expected ignore or check or require, found 'maybe'"):
        ValidationSettings(questionnaires="maybe")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="did you mean max_issues"):
        from_table({"max-issue": 3})
    settings = ValidationSettings(languages=("de",))
    assert pickle.loads(pickle.dumps(settings)) == settings


def test_in_a_pipe_nothing_but_the_report_goes_to_stdout() -> None:
    done = run_process("validate", write("bad.json", BAD), "--format", "json")
    assert done.returncode == 1
    assert json.loads(done.stdout)["counts"]["error"] == 1


def test_explain_tells_what_a_code_means() -> None:
    done = run("explain", "[value-format]")
    assert done.exit_code == 0
    for said in ("Not in the format of its type", "wrong:", "right:", "fix:", "http://hl7.org/fhir/R4/"):
        assert said in done.output


def test_explain_knows_the_nearest_code_and_lists_all() -> None:
    wrong = run("explain", "value-fromat")
    assert (wrong.exit_code, "did you mean value-format" in wrong.output) == (2, True)
    assert "json-duplicate-key" in run("explain").output
