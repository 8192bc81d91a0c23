"""What other Python packages need for the same files: run in an environment of their own, which knows nothing of ours.

    uv run --no-project --with … python scripts/benches/peers.py PEER < LIST        a file name a line

Prints files, those not judged, and CPU seconds of the last of three passes, as JSON. Each is called as its own
documentation says; models and tables are there before the pass that counts.
"""

from __future__ import annotations

import importlib.metadata
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

Judge = Callable[[dict[str, Any]], object]


def pyrofile_validator() -> Judge:
    """https://pypi.org/project/pyrofile-validator, with its own engine and tables."""
    from pyrofile_validator import Validator  # type: ignore[import-not-found]
    from pyrofile_validator.config import ValidatorConfig  # type: ignore[import-not-found]

    return Validator(ValidatorConfig()).validate_resource  # type: ignore[no-any-return]


def fhir_resources() -> Judge:
    """https://pypi.org/project/fhir.resources: the models of R4B, the nearest to R4 that it has."""
    from fhir.resources.R4B import get_fhir_model_class

    return lambda one: get_fhir_model_class(one["resourceType"]).model_validate(one)


def fhircraft() -> Judge:
    """https://pypi.org/project/fhircraft: its models of R4."""
    from fhircraft import R4  # type: ignore[import-not-found]

    return lambda one: getattr(R4, one["resourceType"]).model_validate(one)


PEERS = {"pyrofile-validator": pyrofile_validator, "fhir.resources": fhir_resources, "fhircraft": fhircraft}


def main() -> None:
    """Three passes."""
    name = sys.argv[1]
    judge = PEERS[name]()
    texts = [Path(line.rstrip("\n")).read_text("utf-8") for line in sys.stdin]
    taken, unjudged = 0.0, 0
    for _ in range(3):
        start, unjudged = time.process_time(), 0
        for text in texts:
            try:
                judge(json.loads(text))
            except ValueError:
                pass  # how models say that a resource is invalid
            except Exception:
                unjudged += 1
        taken = time.process_time() - start
    version = importlib.metadata.version(name)
    print(json.dumps({"version": version, "files": len(texts), "unjudged": unjudged, "seconds": taken}))


if __name__ == "__main__":
    main()
