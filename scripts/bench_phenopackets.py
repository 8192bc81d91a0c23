"""`just bench-phenopackets`: published phenopackets to bundles, in CPU time, and the share of their values that lines read.

On one core, the best of several rounds; JSON is read beforehand.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from pathlib import Path

from fhir_case import Case, loads
from fhir_case.formats.phenopacket import read_phenopacket
from fhir_case.json import Json

SHARED = Path(__file__).resolve().parents[2] / "shared/data/phenopackets"


def main() -> None:
    """Print the figures."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("folder", type=Path, nargs="?", default=SHARED, help="the phenopackets (those of shared data)")
    options.add_argument("--rounds", type=int, default=7, help="rounds, of which the best counts (7)")
    chosen = options.parse_args()
    packets = [loads(file.read_text("utf-8")) for file in sorted(chosen.folder.rglob("*.json"))]
    seconds = min(_took(packets) for _ in range(chosen.rounds))
    print(f"{len(packets)} phenopackets to bundles: {len(packets) / seconds:.0f} a second and core")
    stated, carried = Counter[str](), Counter[str]()
    for packet in packets:
        stated["all"] += _leaves(packet)
        about = read_phenopacket(packet, Case).case.phenopacket
        rest = (about.rest if about else None) or {}
        for name, held in _kept(rest):
            carried[name] += _leaves(held)
    share = 100 * (1 - carried.total() / stated["all"])
    print(f"values read by lines: {share:.1f} % of {stated['all']}; carried: {dict(carried.most_common(8))}")


def _took(packets: list[Json]) -> float:
    start = time.process_time()
    for packet in packets:
        read_phenopacket(packet, Case).case.to_bundle()
    return time.process_time() - start


def _leaves(value: Json) -> int:
    held = value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
    return 1 if not held else sum(map(_leaves, held))


def _kept(rest: dict[str, Json]) -> list[tuple[str, Json]]:
    """What is carried, by field."""
    items = [(name, value) for held in rest.get("items", {}).values() for name, value in held.items()]
    entries = [(name, one["entry"]) for name, held in rest.get("entries", {}).items() for one in held]
    return [*items, *entries, *rest.get("packet", {}).items()]


if __name__ == "__main__":
    main()
