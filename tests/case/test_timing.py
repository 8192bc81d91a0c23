"""How often a dose is taken: what a person may write, and what FHIR allows together."""

from __future__ import annotations

from decimal import Decimal

import pytest

from fhir_case.case.problems import Unreadable
from fhir_case.case.timing import Timing

ONE = Decimal(1)

FORMS = [
    ("daily", Timing(1, ONE, "d")),
    ("twice daily", Timing(2, ONE, "d")),
    ("3 x per d", Timing(3, ONE, "d")),
    ("1 x per 8 h", Timing(1, Decimal(8), "h")),
    ("1 x per 1.5 h", Timing(1, Decimal("1.5"), "h")),
    ("after meals", Timing(when=("PC",))),
    ("2 h after meals", Timing(when=("PC",), offset=120)),
    ("1.5 h before sleep", Timing(when=("HS",), offset=90)),
    ("30 min before breakfast", Timing(when=("ACM",), offset=30)),
    ("daily, at night", Timing(1, ONE, "d", ("NIGHT",))),
    ({"frequency": "2", "period": "1", "unit": "d", "when": ["PC"], "offset": "120"},
     Timing(2, ONE, "d", ("PC",), 120)),
]  # fmt: skip


@pytest.mark.parametrize(("written", "meant"), FORMS)
def test_a_timing_is_read_as_it_is_meant(written: object, meant: Timing) -> None:
    assert Timing.parse(written) == meant


@pytest.mark.parametrize("meant", [meant for _, meant in FORMS])
def test_a_timing_written_is_read_again_as_itself(meant: Timing) -> None:
    assert Timing.parse(meant.plain()) == meant


def test_what_the_short_form_cannot_say_is_written_in_full() -> None:
    assert Timing(when=("PC", "HS")).plain() == {"when": ["PC", "HS"]}


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("1.5 x per d", "expected a whole number, found '1.5'"),
        ({"frequency": "1.5", "period": "1", "unit": "d"}, "expected a whole number, found '1.5'"),
        ({"frequency": True, "period": "1", "unit": "d"}, "expected a whole number, found 'True'"),
        ("1.5 min after meals", "expected whole minutes before or after, found '1.5 min after meals'"),
        ({"period": "1"}, "a timing needs a period and its unit together"),
        ({"frequency": "1", "unit": "d"}, "a timing needs a period and its unit together"),
        ({"period": "1", "unit": "days"}, "'days' is no unit of a timing"),
        ({"when": ["PCX"]}, "'PCX' is no event of a timing"),
        ({"offset": "30"}, "an offset goes with an event that it is before or after"),
        ({"when": ["C"], "offset": "30"}, "an offset goes with an event that it is before or after"),
        ("30 min with meals", "an offset goes with an event that it is before or after"),
        ("dayly", "'dayly' is no timing"),
    ],
)
def test_what_is_no_timing_is_said_with_what_was_found(written: object, message: str) -> None:
    with pytest.raises(Unreadable) as found:
        Timing.parse(written)
    assert found.value.message.startswith(message)


def test_parts_that_fhir_does_not_allow_together_make_no_timing() -> None:
    """The invariants tim-2 and tim-9 of https://hl7.org/fhir/R4/datatypes.html#Timing."""
    for parts in [(1, ONE, None, (), None), (1, None, "d", (), None), (1, ONE, "d", (), 30), (1, ONE, "d", ("C",), 5)]:
        with pytest.raises(Unreadable):
            Timing.of(*parts)
    assert Timing.of(1, ONE, "d", ("PC",), 30) == Timing(1, ONE, "d", ("PC",), 30)
