"""`just bench-bundles`: bundle -> case -> bundle on Synthea's patients: resources a second, and memory.

Speed is CPU time on one core, the best of several rounds, with the garbage collector on, beside the machine's unit (see
`bench.py`); JSON is read beforehand. Memory is the most that Python held at once above what it held before, in sizes
of the file: between the two bundles, and from text to text, where the dicts of the bundle read count too.
"""

from __future__ import annotations

import argparse
import sys
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path

from bench import unit

from fhir_case import Case, dumps, loads
from fhir_case.json import Json, canonical

SHARED = Path(__file__).resolve().parents[2] / "shared/data/synthea"
MOST = 4.0
"""So many sizes of the file may be held above the bundle that was read (issue 5)."""


def main() -> int:
    """Print the figures; 1 where a bundle does not come back, or takes more memory than it may."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("folder", type=Path, nargs="?", default=SHARED, help="the patients (those of shared data)")
    options.add_argument("--rounds", type=int, default=15, help="rounds, of which the best counts (15)")
    chosen = options.parse_args()
    texts = {file.name: file.read_bytes() for file in sorted(chosen.folder.glob("patient-*.json"))}
    bundles = [loads(text) for text in texts.values()]
    if any(canonical(there_and_back(bundle)) != canonical(bundle) for bundle in bundles):
        print("a bundle does not come back as it was")
        return 1
    count = sum(len(bundle["entry"]) for bundle in bundles)
    both, one = float("inf"), float("inf")
    for _ in range(chosen.rounds):
        one = min(one, took(unit))
        both = min(both, took(lambda: [there_and_back(bundle) for bundle in bundles]))
    print(f"{count} resources of {len(texts)} patients there and back: {count / both:,.0f} a second and core", end="")
    print(f" ({both / one:.1f} units of {one * 1000:.2f} ms; goal 8,000)")
    worst = 0.0
    for name, text in texts.items():
        bundle = loads(text)
        between = held(lambda bundle=bundle: there_and_back(bundle)) / len(text)  # type: ignore[misc]
        across = held(lambda text=text: dumps(Case.from_bundle(loads(text)).to_bundle())) / len(text)  # type: ignore[misc]
        worst = max(worst, between)
        print(f"  {name}: {len(text) / 1e6:.2f} MB; memory {between:.1f} times that, from text to text {across:.1f}")
    return int(worst > MOST)


def there_and_back(bundle: dict[str, Json]) -> dict[str, Json]:
    """The bundle by way of a case."""
    return Case.from_bundle(bundle).to_bundle()


def took(work: Callable[[], object]) -> float:
    """CPU seconds."""
    start = time.process_time()
    work()
    return time.process_time() - start


def held(work: Callable[[], object]) -> int:
    """The most bytes held at once."""
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


if __name__ == "__main__":
    sys.exit(main())
