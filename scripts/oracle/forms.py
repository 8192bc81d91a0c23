"""forms.py: R4's examples in both forms: is the XML that HL7's code makes of each read as its JSON, to the byte?

    python scripts/oracle/forms.py [--every 1]

Needs Java and the oracle's jars. Narratives are compared without their layout, which HL7's writer makes anew (`<td></td>`
becomes `<td/>`). All agree; it takes some three minutes. A few of them stand in tests/xml/forms.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import samples

from fhir_case.json import Json, canonical, loads
from fhir_case.xml.reader import read

LIBRARIES = Path(os.environ.get("ORACLE_WORK") or Path.home() / ".cache/fhir-case/oracle", "lib")
_LAYOUT = re.compile(r"\s+|</(\w+)>|/>|>")


def bare(value: Json) -> Json:
    """The value with its narratives as their words and the tags that begin something."""
    if isinstance(value, dict):
        return {key: _LAYOUT.sub("", held) if key == "div" else bare(held) for key, held in value.items()}
    return [bare(one) for one in value] if isinstance(value, list) else value


def main() -> None:
    """Compare, and end with 1 where one differs."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--every", type=int, default=1, metavar="N", help="one in N of the examples")
    files = samples.examples()[:: parser.parse_args().every]
    with TemporaryDirectory() as made:
        path = f"{made}:{LIBRARIES}/*"
        source = Path(__file__).with_name("Forms.java")
        subprocess.run(["javac", "-nowarn", "-cp", path, "-d", made, source], check=True)
        names = "\n".join(map(str, files))
        subprocess.run(["java", "-Xmx3g", "-cp", path, "Forms", made], input=names, text=True, check=True)
        wrong = [file.name for file in files if differing(file, Path(made, f"{file.stem}.xml"))]
    print(f"examples in both forms: {len(files) - len(wrong)} of {len(files)} are the same", *wrong, sep="\n  ")
    sys.exit(bool(wrong))


def differing(file: Path, form: Path) -> bool:
    """Whether the XML reads as something else than the JSON."""
    resource, found = loads(file.read_bytes()), read(form.read_bytes())
    return bool(found.faults) or canonical(bare(found.value)) != canonical(bare(resource))


if __name__ == "__main__":
    main()
