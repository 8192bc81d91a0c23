"""Where a definition that is not known is likely to be."""

from __future__ import annotations

import pytest

from fhir_case.validation.whence import package_of


@pytest.mark.parametrize(
    ("url", "package"),
    [
        ("http://hl7.org/fhir/us/core/StructureDefinition/us-core-patient", "hl7.fhir.us.core"),
        ("http://hl7.org/fhir/uv/ips/StructureDefinition/Patient-uv-ips|2.0.0", "hl7.fhir.uv.ips"),
        ("http://hl7.org/fhir/StructureDefinition/derivation-reference", "hl7.fhir.uv.extensions.r4"),
        ("http://hospital.test/fhir/us/core/StructureDefinition/x", "NAME"),
    ],
)
def test_the_package_of_a_guide_of_hl7_is_named(url: str, package: str) -> None:
    assert f"--package {package}@VERSION" in package_of(url)
