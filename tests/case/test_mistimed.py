"""A text that is no time is an error that says how to write it, as far as that is plain."""

from __future__ import annotations

import pytest

from fhir_case.case.problems import Unreadable
from fhir_case.case.when import When

MEANT = {
    "31.10.2026": "write 2026-10-31",
    "10/31/2026": "write 2026-10-31",
    "3.4.2026": "write it as 2026-MM-DD; 3 and 4 could be day and month or the other way round",
    "2026-3-4": "write 2026-03-04",
    "2026/03": "write 2026-03",
    "November 2026": "write 2026-11",
    "3. Mar 2026": "write 2026-03-03",
    "2026-03-04 10:30:00": "write 2026-03-04T10:30:00 and its zone, Z or +01:00",
    "2026-03-04 10:30": "write 2026-03-04 alone, or the seconds, too, and its zone, Z or +01:00",
    "19": "an age is written with its unit: 19 a, 19 mo, 19 d",
}


@pytest.mark.parametrize("text", MEANT)
def test_what_is_no_time_says_how_it_is_written(text: str) -> None:
    with pytest.raises(Unreadable) as error:
        When.parse(text)
    assert error.value.fix == MEANT[text]


@pytest.mark.parametrize("text", ["31.13.2026", "2026-13-1", "２０２６", "３ a", "05 a"])
def test_digits_that_fhir_does_not_have_are_no_time(text: str) -> None:
    with pytest.raises(Unreadable):
        When.parse(text)
