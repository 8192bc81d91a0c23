"""What someone meant who wrote a unit that is not UCUM: `mgr` is mg, `years` is a, `IU` is [iU], `x10^9/l` is 10*9/L.

The code is cut into its units, each is mended alone, and the result is offered only if it is UCUM.
"""

from __future__ import annotations

import re
from difflib import get_close_matches
from functools import cache

from fhir_case.terminology.ucum import LONGEST, is_unit, is_valid, tokens
from fhir_case.terminology.ucum_atoms import METRIC, NON_METRIC

_WORDS = {
    "a": "year years yr yrs y annum",
    "mo": "month months mon mth mths",
    "wk": "week weeks wks w",
    "d": "day days",
    "h": "hour hours hr hrs std",
    "min": "minute minutes mins",
    "s": "second seconds sec secs",
    "ms": "millisecond milliseconds msec",
    "g": "gram grams gramme grammes gm gms gr",
    "kg": "kilogram kilograms kilo kilos kgs",
    "mg": "milligram milligrams mgr mgrs mgm",
    "ug": "microgram micrograms mcg mcgr gamma",
    "ng": "nanogram nanograms",
    "L": "liter liters litre litres lt ltr",
    "mL": "milliliter milliliters millilitre millilitres cc mls",
    "dL": "deciliter deciliters decilitre decilitres",
    "uL": "microliter microliters microlitre microlitres mcl",
    "m": "meter meters metre metres",
    "cm": "centimeter centimeters centimetre centimetres",
    "mm": "millimeter millimeters millimetre millimetres",
    "um": "micrometer micrometers micron microns",
    "cm3": "ccm",
    "mmol": "millimole millimoles",
    "umol": "micromole micromoles mcmol",
    "meq": "milliequivalent milliequivalents",
    "mosm": "milliosmole milliosmoles mosmol",
    "osm": "osmol osmole",
    "[iU]": "iu ie ui [iu]",
    "k[iU]": "kiu",
    "m[iU]": "miu",
    "u[iU]": "uiu mciu",
    "U": "unit units",
    "%": "percent pct",
    "Cel": "celsius centigrade °c degc",
    "[degF]": "fahrenheit °f",
    "deg": "° degree degrees",
    "[lb_av]": "lb lbs pound pounds",
    "[oz_av]": "oz ounce ounces",
    "[in_i]": "in inch inches",
    "[ft_i]": "ft foot feet",
    "[mi_i]": "mile miles",
    "[tsp_us]": "tsp teaspoon teaspoons",
    "[tbs_us]": "tbsp tablespoon tablespoons",
    "[drp]": "drop drops gtt",
    "[diop]": "dpt dioptre dioptres diopter diopters",
    "[Ch]": "fr french charriere",
    "10*3": "thou thousand",
    "10*6": "mill mio million",
    "{INR}": "inr",
    "{tbl}": "tablet tablets tab tabs tbl",
    "{each}": "ea each",
    "Bq": "becquerel",
    "J": "joule joules",
    "K": "kelvin",
    "mm[Hg]": "torr",
    "kPa": "kilopascal",
    "kcal": "kilocalorie kilocalories",
}
_MEANT = {word: code for code, words in _WORDS.items() for word in words.split()}
_BELOW = ("dL", "dl", "mL", "ml", "uL", "ul", "L", "l", "kg", "min")
"""What values are told per."""
_WHOLE = {"bpm": "/min", "rpm": "/min", "fio2": "%"}

# The prefixes that medicine uses: nobody who mistypes a unit means exa-amperes.
_USUAL = ("", "k", "m", "u", "n", "p", "c", "d", "f")
_SUPERSCRIPT = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺", "0123456789-+")
_LOOK_ALIKE = str.maketrans({"µ": "u", "μ": "u", "·": ".", "×": ".", "⋅": ".", "−": "-", "∕": "/", "÷": "/", "º": "°"})


def nearest(code: str) -> str | None:
    """The UCUM unit that the text most likely means, or None where nothing comes near."""
    if len(code) > LONGEST:
        return None
    whole = _WHOLE.get(code.strip().casefold())
    if whole:
        return whole
    text = _rewritten(code)
    made = "".join(_mended(tokens(text)))
    for attempt in (text, made, made.rstrip("./")):
        if attempt and attempt != code and is_valid(attempt):
            return attempt
    return None


def _rewritten(code: str) -> str:
    """The code with signs and powers as UCUM writes them; the units are left as they are."""
    text = re.sub(r"\b10(?=[⁰¹²³⁴-⁹⁻])", "10*", code.strip()).translate(_SUPERSCRIPT)
    text = re.sub(r"\{([^{}]*)\}", lambda match: "{" + re.sub(r"\s+", "_", match.group(1).strip()) + "}", text)
    text = re.sub(r"^\s*(?:[x*×]\s*)?10\s*(?:e|E|\*\*|\^|\+)\s*(-?\d+)", r"10*\1", text.replace("x 10", "x10"))
    text = re.sub(r"^(?:[x*×])\s*10\*", "10*", text)
    text = text.translate(_LOOK_ALIKE)
    text = re.sub(r"/\s*\(?1[.,]73\s*m(?:\^|\*\*)?2\)?", "/{1.73_m2}", text)
    text = re.sub(r"\s+per\s+", "/", text, flags=re.I)
    text = re.sub(r"\s*([./()])\s*", r"\1", text)
    text = re.sub(r"(?<=[A-Za-z\]])(?:\^|\*\*)(?=[+-]?\d)", "", text)
    return re.sub(r"(?<=[A-Za-z\]])\*(?=[A-Za-z\[])", ".", text)


def _mended(found: list[tuple[str, str]]) -> list[str]:
    """The tokens, with each unit that is none replaced by what it may mean."""
    made: list[str] = []
    for kind, text in found:
        if kind != "unit" or is_unit(text):
            made.append(text)
            continue
        number = re.match(r"(\d+)\s*(?=\D)(?![*^])", text)
        rest = text[number.end() :] if number else text
        symbol = _symbol(rest) or rest
        if number:
            symbol = f"{number.group(1)}.{symbol}"
            symbol = f"({symbol})" if made and made[-1] == "/" else symbol
        made.append(symbol)
    return made


def _symbol(text: str) -> str | None:
    """The unit that one mistyped symbol means, its exponent kept."""
    if is_unit(text):
        return text
    exponent = re.search(r"(?<=[^\d*^+-])[+-]?\d+\Z", text)
    power = exponent.group() if exponent else ""
    key = re.sub(r"[\s_]+", "", text[: len(text) - len(power)]).casefold()
    known = _known()
    for word in (key, key.removesuffix("s")):
        if found := _MEANT.get(word) or known.get(word.replace("[", "").replace("]", "")):
            return found + power
    for below in _BELOW:  # the slash was left out
        if text.endswith(below) and is_unit(above := text.removesuffix(below)):
            return f"{above}/{below}"
    # A slip of the finger seldom hits the first letter; with two letters everything is near everything.
    alike = [word for word in known if word[:1] == key[:1]] if len(key) > 2 else []
    if close := get_close_matches(key, alike, n=1, cutoff=0.8):
        return known[close[0]] + power
    # What is counted (tablets, cells, beats) has no unit: it is written as an annotation.
    return "{" + text + "}" if re.fullmatch(r"[A-Za-z]{4,}|[A-Z]{3,}", text) else None


@cache
def _known() -> dict[str, str]:
    """Every usual unit, by its letters alone: case folded, no brackets. The usual one of several stands."""
    made: dict[str, str] = {}
    # A capital L is the one that nobody takes for a 1; [iU] is older than [IU] and known to every server; of two that
    # differ only in case, the small one is the usual (g before G).
    metric = sorted(METRIC, key=lambda code: (code != "L", code != "[iU]", code.swapcase()))
    units = sorted(NON_METRIC) + [prefix + unit for prefix in _USUAL for unit in metric]
    for unit in units:
        made.setdefault(unit.replace("[", "").replace("]", "").casefold(), unit)
    return made
