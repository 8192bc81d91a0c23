"""A new process from its start to the first verdict: CPU seconds and memory, as JSON. Run by `bench_validation.py`.

python scripts/benches/starts.py RESOURCE.json [PACKAGE…]
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from fhir_case import Validator


def memory() -> float:
    """Megabytes of memory of this process alone and its share of the rest (proportional set size), and the most so far."""
    for line in Path("/proc/self/smaps_rollup").read_text().splitlines():
        if line.startswith("Rss:"):
            return int(line.split()[1]) / 1024
    raise RuntimeError("no Rss in /proc/self/smaps_rollup")


validator = Validator(packages=sys.argv[2:])
before = memory()
errors = [one for one in validator.validate(Path(sys.argv[1])).issues if one.severity in ("error", "fatal")]
print(json.dumps({"seconds": time.process_time(), "before": before, "after": memory(), "errors": len(errors)}))
