"""The public names: which there are, and that the two clients have the same ones (design.md, 8)."""

import inspect
import tomllib
from importlib import import_module
from typing import Any

import pytest
from checkout import ROOT

import fhir_case
from fhir_case import AsyncFHIRClient, FHIRClient

NAMES = [
    "AsyncFHIRClient", "Case", "CaseError", "Conflict", "DefinitionError", "FHIRCaseError", "FHIRClient", "Issue",
    "Refused", "Report", "ServerError", "Unreachable", "ValidationSettings", "Validator",
    "as_model", "dumps", "loads", "validate",
]  # fmt: skip


def test_the_public_names_are_these_and_no_others() -> None:
    assert sorted(fhir_case.__all__) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_each_public_name_can_be_imported_and_is_documented(name: str) -> None:
    value = getattr(import_module("fhir_case"), name)
    assert value.__doc__, name


def test_dir_lists_the_public_names_before_they_are_loaded() -> None:
    assert set(NAMES) <= set(dir(fhir_case))


def test_a_name_that_is_not_there_is_an_attribute_error_that_names_it() -> None:
    with pytest.raises(AttributeError, match=r"'fhir_case' has no attribute 'FhirClient'"):
        _ = fhir_case.FhirClient


def surface(kind: type) -> dict[str, list[tuple[str, Any, Any]]]:
    """The public methods of a client with their parameters: name, kind and default."""
    made = {}
    for name, function in inspect.getmembers(kind, inspect.isfunction):
        if name == "__init__" or not name.startswith("_"):
            made[name] = [(p.name, p.kind, p.default) for p in inspect.signature(function).parameters.values()]
    return made


def test_the_two_clients_have_the_same_methods_with_the_same_parameters() -> None:
    assert surface(AsyncFHIRClient) == surface(FHIRClient)


def test_what_the_sync_client_does_the_async_client_awaits() -> None:
    for name in surface(FHIRClient):
        plain, awaited = getattr(FHIRClient, name), getattr(AsyncFHIRClient, name)
        assert not inspect.iscoroutinefunction(plain), name
        assert inspect.iscoroutinefunction(awaited) or name == "__init__", name
        if name != "__init__":
            returns = [inspect.signature(function).return_annotation for function in (plain, awaited)]
            assert returns[0] == returns[1], name


def test_the_console_script_leads_to_a_function() -> None:
    scripts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["scripts"]
    assert scripts == {"fhir-case": "fhir_case.cli:main"}
    module, name = scripts["fhir-case"].split(":")
    assert callable(getattr(import_module(module), name))
