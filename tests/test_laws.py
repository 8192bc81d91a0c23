"""The laws of design.md, section 2, over generated cases."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fhir_case import Case
from fhir_case.json import dumps, loads
from tests.generated import cases
from tests.same import assert_same

thorough = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
types = st.sampled_from([None, "transaction", "collection", "document"])


@thorough
@given(cases(), types)
def test_law_1_a_case_comes_back_from_its_bundle(case, type):
    assert_same(Case.from_bundle(loads(dumps(case.to_bundle(type)))).dumps(), case.dumps())


@thorough
@given(cases())
def test_a_case_comes_back_from_its_file(case):
    assert_same(Case.loads(case.to_yaml()).dumps(), case.dumps())
    assert_same(Case.loads(case.to_json(), "case.json").dumps(), case.dumps())
