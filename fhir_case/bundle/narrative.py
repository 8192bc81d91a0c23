"""The narrative of a section: what a person reads who cannot read FHIR (https://hl7.org/fhir/R4/narrative.html)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from fhir_case.case.coded import Concept
from fhir_case.case.model import Entry
from fhir_case.case.standing import qualified
from fhir_case.case.values import Value

XHTML = 'xmlns="http://www.w3.org/1999/xhtml"'


def table(entries: list[Entry]) -> str:
    """The items as an XHTML list; "No information available" where there are none."""
    if not entries:
        return f"<div {XHTML}><p>No information available.</p></div>"
    return listed(map(told, entries))


def listed(lines: Iterable[str]) -> str:
    """Lines of words as an XHTML list."""
    return f"<div {XHTML}><ul>{''.join(f'<li>{escape(line)}</li>' for line in lines)}</ul></div>"


def told(entry: Entry) -> str:
    """One item in one line of words."""
    item: Any = entry.item
    parts = [part for say in _SAY.get(entry.kind, _OF_OTHERS) if (part := say(item))] or [entry.id]
    parts[1:1] = qualified(item)
    return "; ".join(dict.fromkeys(parts))


def escape(text: str) -> str:
    """Text as XHTML, in the form that servers write it back in (seen with HAPI 8.8.0).

    Apostrophes stay, quotation marks do not, and characters beyond the basic plane are numbers.
    """
    made = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
    return made if made.isascii() else _BEYOND.sub(lambda found: f"&#x{ord(found[0]):X};", made)


_BEYOND = re.compile("[\U00010000-\U0010ffff]")


def _words(field: str, prefix: str = "") -> Callable[[Any], str]:
    """What a field says, after a word or two."""

    def say(item: Any) -> str:
        value = getattr(item, field)
        if value is None or value is False:
            return ""
        if isinstance(value, list):
            return prefix + ", ".join(map(_word, value)) if value else ""
        return prefix + _word(value)

    return say


def _word(value: Any) -> str:
    if type(value) is str:
        return value
    if type(value) is Concept:
        return value.label or str(value)
    said = getattr(value, "value", value)
    if isinstance(said, bool):
        return "yes" if said else "no"
    return getattr(value, "label", None) or str(value)


def _absent(item: Any) -> str:
    return "absent" if item.absent else ""


def _dosage(item: Any) -> str:
    return ", ".join(d.text or (str(d.dose) if d.dose else "") for d in item.dosage)


def _size(item: Any) -> str:
    return item.size.plain() if item.size else ""


def _conditions(item: Any) -> str:
    return ", ".join(one.code.label for one in item.conditions)


def _reactions(item: Any) -> str:
    return ", ".join(m.label for reaction in item.reactions for m in reaction.manifestations)


def _names(item: Any) -> str:
    named = item.name if isinstance(item.name, list) else [item.name]
    return ", ".join(
        n if isinstance(n, str) else n.text or " ".join([*n.prefix, *n.given, n.family or ""]) for n in named
    )


def _role(item: Any) -> str:
    return " at ".join(_word(part) for part in (item.practitioner, item.organization) if part)


_WHAT = _words("code")
_OBSERVED = (_words("value"), _words("interpretation"), _words("site"), _words("when"))

_OF_OTHERS = (lambda item: ", ".join(list(map(_word, _told_by(item)))[:3]),)
"""What is known of no kind beforehand: its first few facts."""


def _told_by(item: Any) -> Iterator[Any]:
    for name in type(item).model_fields:
        value = getattr(item, name)
        if isinstance(value, Value | str):
            yield value


_SAY: dict[str, tuple[Callable[[Any], str], ...]] = {
    "diagnoses": (_WHAT, _words("status"), _words("certainty"), _words("sites"), _words("onset", "onset "),
                  _words("diagnosed", "diagnosed ")),
    "labs": (_WHAT, *_OBSERVED, _words("reference", "reference ")),
    "findings": (_WHAT, _absent, _size, *_OBSERVED, _words("severity"), _words("modifiers"), _words("onset", "onset "),
                 _words("resolved", "resolved ")),
    "outcomes": (_WHAT, _absent, *_OBSERVED),
    "imaging.findings": (_WHAT, _absent, *_OBSERVED),
    "variants": (_words("gene"), _words("coding"), _words("label"), _words("name"), _words("zygosity")),
    "implications": (_words("diagnosis"), _words("role"), _words("significance")),
    "phenopacket": (_words("identifier", "phenopacket "),),
    "procedures": (_WHAT, _words("status"), _words("sites"), _words("when")),
    "reports": (_WHAT, _words("conclusion"), _words("when")),
    "medications": (_WHAT, _words("drug"), _words("status"), _dosage, _words("taken")),
    "allergies": (_WHAT, _words("status"), _words("certainty"), _reactions),
    "immunizations": (_words("vaccine"), _words("status"), _words("when")),
    "family": (_words("relationship"), _conditions,),
    "timeline": (_words("types"), _words("reasons"), _words("when")),
    "imaging": (_words("codes"), _words("description"), _words("when")),
    "practitioners": (_names,),
    "roles": (_words("codes"), _words("specialties"), _role),
    "organizations": (_names,),
    "prescriptions": (_WHAT, _words("drug"), _words("intent"), _words("status"), _dosage, _words("authored")),
    "administrations": (_WHAT, _words("drug"), _words("status"), _words("when")),
    "flags": (_WHAT, _words("status"), _words("when")),
    "care_plans": (_words("title"), _words("categories"), _words("intent"), _words("status"), _words("when")),
    "care_teams": (_words("name"), _words("indications"), _words("status"), _words("when")),
    "goals": (_words("description"), _words("status"), _words("start")),
    "device_uses": (_words("device"), _words("status"), _words("when")),
    "devices": (_words("type"), _words("manufacturer"), _words("model"), _words("status")),
    "drugs": (_WHAT, _words("form"), _words("status")),
    "specimens": (_words("type"), _words("status"), _words("received")),
    "documents": (_words("type"), _words("description"), _words("status"), _words("recorded")),
    "locations": (_words("name"), _words("types"), _words("status")),
}  # fmt: skip
