"""Several kinds of item are Observations: each is read by its own mapping, whichever are tried before it."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings

from fhir_case import Case
from fhir_case.bundle.build import index_of
from fhir_case.bundle.registry import installed
from fhir_case.lens import Refusal
from tests.generated import cases
from tests.same import assert_same

OBSERVATIONS = ("variants", "implications", "outcomes", "labs", "imaging.findings", "findings")


def test_observations_are_tried_in_this_order() -> None:
    assert tuple(mapping.kind for mapping in installed().of_type("Observation")) == OBSERVATIONS


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(cases())
def test_an_item_is_read_by_no_mapping_that_is_tried_before_its_own(case: Case) -> None:
    mappings = installed()
    index = index_of(case, mappings)
    addresses = {key: one.address for key, one in index.by_id.items()}
    writing, reading = index.context(addresses), index.reading(addresses, {a: key for key, a in addresses.items()})
    for entry in case.entries():
        own = mappings.of_kind(entry.kind)
        if own.type != "Observation":
            continue
        writing.where = reading.where = entry.id
        writing.source = reading.source = (case.source.text if case.source else None) or ""
        resource = own.write(entry.item, writing)
        readings = [(mapping, mapping.read(resource, reading)) for mapping in mappings.of_type("Observation")]
        first, item = next((mapping, item) for mapping, item in readings if not isinstance(item, Refusal))
        assert first is own
        assert_same(item.model_dump(exclude_defaults=True), entry.item.model_dump(exclude_defaults=True))  # type: ignore[union-attr]
        # The mapping of findings asks for least and takes what no other one does; what a genetic test found is a
        # laboratory result too; the others exclude one another.
        assert {mapping.kind for mapping, item in readings if not isinstance(item, Refusal)} - {
            own.kind,
            "findings",
            *(["labs"] if own.kind in ("variants", "implications") else []),
        } == set()
