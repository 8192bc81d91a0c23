"""What gets loaded, and when: nothing that is not needed (design.md, 8)."""

import sys

import pytest
from checkout import ROOT, run

NETWORK, MODELS, TERMINAL = "httpx", "fhir.resources", ("typer", "rich", "click")


def loaded(code: str) -> set[str]:
    """The modules that a new Python has loaded after the code."""
    found = run(sys.executable, "-c", f"{code}\nimport sys; print('|', *sys.modules)", cwd=ROOT)
    assert found.returncode == 0, found.stderr
    return set(found.stdout.rsplit("|", 1)[1].split())


def test_the_package_alone_loads_nothing_else() -> None:
    ours = {name for name in loaded("import fhir_case") if name.startswith("fhir_case")}
    assert ours == {"fhir_case"}
    assert not {"pydantic", "yaml", "msgspec", NETWORK, MODELS, *TERMINAL} & loaded("import fhir_case")


def test_json_needs_no_models() -> None:
    assert not {"pydantic", NETWORK, MODELS, *TERMINAL} & loaded(
        "from fhir_case import dumps, loads, Report, CaseError"
    )


@pytest.mark.parametrize("what", ["from fhir_case import Case", "import fhir_case; fhir_case.Case.loads"])
def test_a_case_loads_its_model_and_neither_yaml_nor_mappings_before_they_are_needed(what: str) -> None:
    rooms = {name.removeprefix("fhir_case.").split(".")[0] for name in loaded(what) if name.startswith("fhir_case.")}
    assert rooms == {"api", "case", "terminology", "issues", "json"}
    assert not {"yaml", NETWORK, MODELS, *TERMINAL} & loaded(what)


def test_a_case_in_json_is_built_and_read_without_yaml() -> None:
    text = '{"resourceType": "Bundle", "type": "collection"}'
    modules = loaded(f"from fhir_case import Case\nCase.from_bundle('{text}').to_bundle()")
    assert "fhir_case.mappings.condition" in modules
    assert not {"yaml", NETWORK, MODELS, *TERMINAL, "fhir_case.client", "fhir_case.delivery"} & modules


def test_a_case_file_is_read_without_mappings() -> None:
    modules = loaded("from fhir_case import Case\nCase.loads('id: x\\ntitle: X\\npatient: {}')")
    assert "yaml" in modules
    assert not {NETWORK, MODELS, *TERMINAL, "fhir_case.lens", "fhir_case.mappings", "fhir_case.bundle"} & modules


def test_a_client_loads_the_network_but_no_fhir_models_and_no_terminal_of_ours() -> None:
    modules = loaded("from fhir_case import FHIRClient, AsyncFHIRClient")
    assert NETWORK in modules
    assert not {MODELS, "typer", "fhir_case.cli"} & modules


def test_the_fhir_models_are_loaded_when_one_is_asked_for() -> None:
    asked = "from fhir_case import as_model\nbefore = 'fhir.resources' in __import__('sys').modules\n"
    modules = loaded(asked + "assert not before\nas_model({'resourceType': 'Basic', 'code': {'text': 'x'}})")
    assert MODELS in modules
    assert NETWORK not in modules


def test_the_help_of_the_command_line_loads_neither_cases_nor_network() -> None:
    asked = "import sys; sys.argv = ['fhir-case', '--help']\nfrom fhir_case.cli import main\n"
    modules = loaded(asked + "try: main()\nexcept SystemExit: pass")
    assert not {"pydantic", "yaml", NETWORK, MODELS, "fhir_case.api.case"} & modules
