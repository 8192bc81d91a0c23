"""How an amount is typed (`7.20 mg/dL`, `< 5 mg/L`, `16 a (years)`), and what was meant by one that is typed in another way.

Nothing is guessed at: a text that is nearly an amount (`0,70 mg/dL`, `10 000`, `120/80`) is an error with its fix, since
read as something else it would be another value.
"""

from __future__ import annotations

import re

from fhir_case.case.problems import shortened
from fhir_case.terminology import ucum

NUMBER = r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?"
"""https://hl7.org/fhir/R4/datatypes.html#decimal"""

# No unit begins as another number would go on: `120/80`, `1:160`, `10 000`, `50 000/uL` and `3+` are no amounts.
_UNIT = r" *(?!/[0-9])[^\s0-9+,_.:;<>=-]\S*| +(?:1(?!\S)|10[*^]|1/|/[1-9][0-9]*(?=[^\s0-9.,:/-]))\S*"
AMOUNT = re.compile(rf"(<=|>=|<|>)? *({NUMBER})(?:({_UNIT})(?: +\((.*)\))?)?", re.DOTALL)
"""The comparator, the number, the code of the unit, and how it is called."""

_STARTS = re.compile(r"[<>=≤≥~≈±+-]* *[.,]?[0-9]")
_FLAGS = frozenset(
    "h l n a hh ll high low normal abnormal elevated increased decreased raised positive negative".split()
)


def starts_with_number(text: str) -> bool:
    """Whether a text is meant as an amount."""
    return _STARTS.match(text) is not None


def is_flag(unit: str) -> bool:
    """Whether what stands as the name of a unit says how the value is to be judged."""
    return unit.strip().casefold() in _FLAGS


def mended(text: str) -> str:
    """What to write for a text that is nearly an amount; "" where nothing is likely."""
    made = text.replace("≤", "<=").replace("≥", ">=")
    made = re.sub(r"(?<![0-9.,])[0-9]{1,3}(?:([ .])[0-9]{3})(?:\1[0-9]{3})+(?![0-9])", _closed, made)
    made = re.sub(r"(?<![0-9.,])[0-9]{1,3}(?: [0-9]{3})+(?![0-9])", _closed, made)
    made = re.sub(r"^([<>=]*) *\+?0*(?=[0-9])", r"\1", made)
    made = re.sub(r"^([<>=]*) *(?=[.,][0-9])", r"\g<1>0", made)
    made = re.sub(r"(?<=[0-9])\.(?![0-9])", "", made)
    made = re.sub(r" *([/.]) *(?=[^\s0-9])", r"\1", made)
    if re.search(r"[0-9],[0-9]{3}(?![0-9])", made):
        return "write a decimal point, and nothing between thousands: the comma could be either"
    made = re.sub(r"(?<=[0-9]),(?=[0-9])", ".", made, count=1)
    return f"write {made}" if made != text and _is_amount(made) else ""


def other_form(text: str) -> str:
    """How a result is written that starts with a number and is no amount: as a range, a ratio, a date, a text."""
    if parts := re.fullmatch(rf"({NUMBER}) *(?:-|–|to) *({NUMBER})(\D.*|)", text):
        low, high, unit = parts.groups()
        if _is_amount(low + unit):
            return f"write {{range: {low} to {high}{unit}}}"
    if parts := re.fullmatch(rf"({NUMBER}) *[/:] *({NUMBER})( ?[^\s0-9]\S*|)", text):
        above, below, unit = parts.groups()
        return f"write {{ratio: {above}{unit} per {below}{unit}}}, or each number in one of the components"
    if re.fullmatch(r"[0-9]{4}-[0-9]{2}(-[0-9]{2})?(T.*)?", text):
        return f"write {{when: {text}}}"
    return f"what is no amount stands as {{string: {shortened(text)}}}"


def _is_amount(text: str) -> bool:
    found = AMOUNT.fullmatch(text)
    return found is not None and (found[3] is None or not ucum.problem_with(found[3].strip()))


def _closed(digits: re.Match[str]) -> str:
    return re.sub(r"[ .]", "", digits[0])
