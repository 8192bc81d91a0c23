"""The collector is held back while bundles are made, and is as it was afterwards, whoever else uses it."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from threading import Barrier, Thread

import pytest

from fhir_case.bundle.uncollected import SELDOM, uncollected


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    enabled, thresholds = gc.isenabled(), gc.get_threshold()
    gc.enable()
    gc.set_threshold(700, 10, 10)
    yield
    gc.set_threshold(*thresholds)
    (gc.enable if enabled else gc.disable)()


thresholds = uncollected(gc.get_threshold)


def test_the_collector_looks_seldom_meanwhile_and_as_before_afterwards():
    assert thresholds() == (SELDOM, 10, 10)
    assert gc.get_threshold() == (700, 10, 10)
    assert gc.isenabled()


def test_work_within_work_ends_nothing_early():
    def outer() -> list[int]:
        return [thresholds()[0], gc.get_threshold()[0]]

    assert uncollected(outer)() == [SELDOM, SELDOM]
    assert gc.get_threshold() == (700, 10, 10)


def test_work_that_fails_leaves_the_collector_as_it_was():
    with pytest.raises(ZeroDivisionError):
        uncollected(lambda: 1 / 0)()
    assert gc.get_threshold() == (700, 10, 10)


def test_the_last_of_several_threads_lets_the_collector_go_on_in_whichever_order_they_end():
    begun, first_ended = Barrier(2), Barrier(2)
    seen: list[int] = []

    @uncollected
    def long() -> None:
        begun.wait(10)
        first_ended.wait(10)
        seen.append(gc.get_threshold()[0])

    other = Thread(target=long)
    other.start()
    uncollected(lambda: begun.wait(10))()
    seen.append(gc.get_threshold()[0])
    first_ended.wait(10)
    other.join(10)
    assert seen == [SELDOM, SELDOM]
    assert gc.get_threshold() == (700, 10, 10)


def test_many_threads_at_once_leave_the_collector_as_it_was():
    threads = [Thread(target=lambda: [thresholds() for _ in range(300)]) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert gc.get_threshold() == (700, 10, 10)


@pytest.mark.parametrize("usual", [0, SELDOM + 1])
def test_who_collects_never_or_more_seldom_goes_on_to(usual):
    gc.set_threshold(usual, 5, 5)
    assert thresholds() == (usual, 5, 5)
    assert gc.get_threshold() == (usual, 5, 5)


def test_what_somebody_says_meanwhile_holds():
    uncollected(gc.disable)()
    assert not gc.isenabled()
    uncollected(lambda: gc.set_threshold(50, 5, 5))()
    assert gc.get_threshold() == (50, 5, 5)


def test_cycles_that_others_leave_behind_are_collected_meanwhile():
    before = gc.get_stats()[0]["collections"]
    uncollected(lambda: [[] for _ in range(SELDOM + 1000)])()
    assert gc.get_stats()[0]["collections"] > before
