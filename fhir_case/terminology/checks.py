"""What can be told about a code without its code system: its shape, and its check digit where it has one.

Whether a code exists is not decided here; a slip of the finger is found, and where the right code can be computed it is
named.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from fhir_case.terminology import ucum
from fhir_case.terminology.systems import ALIASES

# https://hl7.org/fhir/R4/datatypes.html#code: no white space at the ends, single spaces within.
_CODE = re.compile(r"[^\s]+( [^\s]+)*")
_SCTID = re.compile(r"[1-9][0-9]{5,17}")
_LOINC = re.compile(r"(LA|LP|LL|LG)?([1-9][0-9]{0,7})-([0-9])")
# Permutation 1 of Verhoeff's scheme; permutation n is this one applied n times.
_VERHOEFF = (1, 5, 7, 6, 2, 8, 3, 0, 9, 4)


def problem_with(system: str, code: str) -> str | None:
    """What is wrong with the shape or check digit of a code; None where nothing is, or nothing is known of the system.

    `system` is the code system's URI. The sentence says what would do where that can be computed.
    """
    if not _CODE.fullmatch(code):
        return f"{_short(code)} is no code: a code is not empty, and has no white space but single spaces inside"
    check = _CHECKS.get(system)
    return check(code) if check else None


def _short(code: str) -> str:
    return repr(code if len(code) <= 60 else code[:57] + "...")


def verhoeff(digits: str) -> str:
    """The check digit that belongs after `digits`: https://en.wikipedia.org/wiki/Verhoeff_algorithm."""
    left = 0
    for position, digit in enumerate(reversed(digits), start=1):
        left = _PRODUCTS[position % 8][left][int(digit)]
    # The rotations 1-4 are inverse to 4-1, every reflection (5-9) to itself.
    return str(-left % 5 if left < 5 else left)


def _dihedral(a: int, b: int) -> int:
    """The product of two elements of the dihedral group D5: rotations are 0-4, reflections 5-9."""
    turned = a - b if a >= 5 else a + b
    return turned % 5 + (5 if (a < 5) != (b < 5) else 0)


def _permuted(digit: int, times: int) -> int:
    for _ in range(times):
        digit = _VERHOEFF[digit]
    return digit


_PRODUCTS = tuple(
    tuple(tuple(_dihedral(left, _permuted(digit, times)) for digit in range(10)) for left in range(10))
    for times in range(8)
)
"""What a digit makes of the product so far, by its position modulo 8."""


def mod_10(text: str) -> str:
    """The check digit that belongs after `text` as LOINC computes it: Luhn's; a letter counts as its distance from 0.

    See https://loinc.org/kb/users-guide/calculating-mod-10-check-digits/ and, for the letters of LA and LP,
    the codes themselves: all of hl7.fhir.r4.examples follow this rule.
    """
    total = 0
    for position, character in enumerate(reversed(text)):
        value = ord(character) - ord("0")
        total += sum(divmod(2 * value, 10)) if position % 2 == 0 else value
    return str(-total % 10)


def _snomed(code: str) -> str | None:
    if not (code.isascii() and code.isdigit()):
        found = re.findall(r"(?<![\d.#\"])[0-9]{6,}(?![\d.])", re.sub(r"\|[^|]*\|", "", code))
        if found and re.search(r"[:+=]", code):
            # A postcoordinated expression is a code too: https://hl7.org/fhir/R4/snomedct.html
            return next((wrong for part in found if (wrong := _snomed(part))), None)
        return f"{_short(code)} is no SNOMED CT id: an id is a number of 6 to 18 digits"
    if not _SCTID.fullmatch(code):
        return f"{code[:40]!r} is no SNOMED CT id: an id has 6 to 18 digits and no 0 in front, this one has {len(code)}"
    due = verhoeff(code[:-1])
    if code[-1] != due:
        return (
            f"the check digit of SNOMED CT {code} is wrong: after {code[:-1]} it would be {due} ({code[:-1]}{due}); "
            "or a digit is mistyped, or two are swapped"
        )
    if code[-3:-1] not in ("00", "10"):
        kind = {"1": "description", "2": "relationship"}.get(code[-2], "component")
        return f"SNOMED CT {code} is the id of a {kind}, not of a concept (digits {code[-3:-1]} before the check digit)"
    return None


def _loinc(code: str) -> str | None:
    if re.fullmatch(r"MTHU[0-9]{6}", code):
        return None
    match = _LOINC.fullmatch(code)
    if not match:
        if digits := re.fullmatch(r"(L[APLG])?([1-9][0-9]{0,7})", code.upper()):
            return (
                f"{code!r} is no LOINC code: the check digit is missing, {digits[0]}-{mod_10(digits[0])} would have it"
            )
        return f"{_short(code)} is no LOINC code: expected digits, a hyphen and a check digit, as in 2160-0"
    start = (match[1] or "") + match[2]
    due = mod_10(start)
    if match[3] == due:
        return None
    return (
        f"the check digit of LOINC {code} is wrong: after {start} it would be {due} ({start}-{due}); or a digit is off"
    )


def _shaped(name: str, pattern: str, example: str, mend: Callable[[str], str] = str) -> Callable[[str], str | None]:
    """A check of the shape alone; `mend` makes of a near miss what may be meant."""
    shape = re.compile(pattern)

    def check(code: str) -> str | None:
        if shape.fullmatch(code):
            return None
        meant = mend(code)
        hint = f"; {meant} would do" if meant != code and shape.fullmatch(meant) else ""
        return f"{_short(code)} is no {name} code: expected one like {example}{hint}"

    return check


def _dotted(code: str) -> str:
    bare = re.sub(r"[^0-9A-Z]", "", code.upper())
    return f"{bare[:3]}.{bare[3:]}" if len(bare) > 3 else bare


def _without_prefix(code: str) -> str:
    return re.sub(r"^[A-Za-z]+[\s:_-]*", "", code)


def _upper(code: str) -> str:
    return code.upper().replace(".", "").replace(" ", "")


def _curie(prefix: str) -> Callable[[str], str]:
    def mend(code: str) -> str:
        digits = re.sub(r"\D", "", code)
        return f"{prefix}:{digits.zfill(7)}" if digits else code

    return mend


_CHECKS: dict[str, Callable[[str], str | None]] = {
    ALIASES["snomed"]: _snomed,
    ALIASES["loinc"]: _loinc,
    ALIASES["ucum"]: ucum.problem_with,
    # Some countries add a fifth place to the WHO's four (M47.816 in FHIR's own examples).
    ALIASES["icd-10"]: _shaped("ICD-10", r"[A-Z][0-9]{2}(\.[0-9A-Z]{1,4})?", "M33.0", _dotted),
    ALIASES["icd-10-cm"]: _shaped("ICD-10-CM", r"[A-Z][0-9][0-9A-Z](\.[0-9A-Z]{1,4})?", "M33.02", _dotted),
    ALIASES["icd-9-cm"]: _shaped("ICD-9-CM", r"([0-9]{2,3}|V[0-9]{2}|E[0-9]{3})(\.[0-9]{1,2})?", "710.3", _dotted),
    ALIASES["atc"]: _shaped("ATC", r"[ABCDGHJLMNPRSV]([0-9]{2}([A-Z]([A-Z]([0-9]{2})?)?)?)?", "B01AA03", _upper),
    ALIASES["rxnorm"]: _shaped("RxNorm", r"[1-9][0-9]{0,7}", "11289", _without_prefix),
    ALIASES["cvx"]: _shaped("CVX", r"[0-9]{2,3}", "08", lambda code: code.zfill(2)),
    ALIASES["orpha"]: _shaped("Orphanet", r"[1-9][0-9]{0,6}", "93672", _without_prefix),
    ALIASES["omim"]: _shaped("OMIM", r"[1-9][0-9]{5}(\.[0-9]{4})?", "154700", _without_prefix),
    ALIASES["hgnc"]: _shaped("HGNC", r"(HGNC:)?[1-9][0-9]{0,5}", "HGNC:4931"),
    ALIASES["hpo"]: _shaped("HPO", r"HP:[0-9]{7}", "HP:0009071", _curie("HP")),
    ALIASES["mondo"]: _shaped("MONDO", r"MONDO:[0-9]{7}", "MONDO:0008054", _curie("MONDO")),
    ALIASES["unii"]: _shaped("UNII", r"[0-9A-Z]{10}", "5Q7ZVV76EI", _upper),
    ALIASES["cdc-race"]: _shaped("CDC race and ethnicity", r"[0-9]{4}-[0-9]", "2106-3"),
}
