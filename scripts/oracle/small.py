"""small.py: a table of small inputs with the oracle's verdict, for tests/validation/test_small_inputs.py (Java).

    python scripts/oracle/small.py [--package FOLDER] NAME FILES…

Writes `tests/validation/recorded/small-NAME.jsonl`: the definitions of the folder, one a line, then the inputs. What the
oracle could not judge, and what we judge otherwise on purpose (differences.md), is left out and named here.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from compare import compared
from named import collected
from verdicts import ROOT, Oracle

from fhir_case.api.validation import Validator
from fhir_case.validation.settings import ValidationSettings


def main() -> None:
    """Ask, compare, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--package", type=Path)
    parser.add_argument("name")
    parser.add_argument("files", nargs="+")
    asked = parser.parse_args()
    packages = [asked.package] if asked.package else []
    validator = Validator(packages=packages, settings=ValidationSettings())
    files = collected(asked.files)
    definitions = sorted(asked.package.glob("*.json")) if asked.package else []
    lines = [json.dumps({"definition": json.loads(one.read_text("utf-8"))}) for one in definitions]
    for one in compared(files, validator, Oracle(packages).judge(files)):
        if one.failed or not one.agree:
            print(f"left out: {one.file.name}")
            continue
        text = one.file.read_bytes().decode("utf-8")
        lines.append(json.dumps({"name": one.file.name, "valid": not one.theirs, "text": text}))
    target = ROOT / f"tests/validation/recorded/small-{asked.name}.jsonl"
    target.write_text("".join(f"{line}\n" for line in lines), "utf-8")
    print(f"{len(lines) - len(definitions)} inputs and {len(definitions)} definitions in {target.name}")


if __name__ == "__main__":
    main()
