"""References rewritten everywhere they occur: in elements, in narrative, in the text of attachments.

A transaction's server replaces the addresses of entries in references, in elements of the uri family and in `href` and
`src` of narratives (https://hl7.org/fhir/R4/http.html#trules); we do the same, and look into attachments too. What only
looks like a reference stays: identifiers, codings, free text.
"""

from __future__ import annotations

import html
import re
from base64 import b64decode, b64encode
from collections.abc import Callable
from hashlib import sha1

from fhir_case.json import Json

To = Callable[[str], str | None]
"""What an address becomes; None (or the address itself) leaves it as it is."""

_NAMES = """
    reference uri url fullUrl link location address authority authorizationUrl endpoint

    valueUri valueUrl valueCanonical valueOid valueUuid
    defaultValueUri defaultValueUrl defaultValueCanonical defaultValueOid defaultValueUuid
    fixedUri fixedUrl fixedCanonical fixedOid fixedUuid patternUri patternUrl patternCanonical patternOid

    answerValueSet base baseDefinition compartment contentReference definition definitionCanonical definitionUri
    derivedFrom derivedFromUri detail eventUri exampleCanonical graph implementationGuide implicitRules import imports
    inputProfile instantiates instantiatesCanonical instantiatesUri library measure message moduleCanonical moduleUri
    nameUrl onlineInformation outputProfile parent partOf policy profile project protocol questionnaire relativePath
    rendering replaces resource source sourceCanonical sourceUri supplements supportedProfile target targetCanonical
    targetProfile targetUri transform valueSet workflow
"""

ADDRESSES = frozenset(_NAMES.split())
"""The elements of R4 that hold an address as a string: `Reference.reference`, and those of type uri, url, canonical,
oid and uuid. Not among them: `system`, `Reference.type` and the other names that nearly everywhere hold a code."""

_HOLDING = ADDRESSES | {"div", "data"}
"""And those whose text can hold addresses."""

_TAG = re.compile(r"""<[A-Za-z](?:"[^"<]*"|'[^'<]*'|[^<>"'])*+>""")
_LINK = re.compile(r"""(\s(?:href|src)\s*=\s*)("[^"]*"|'[^']*')""")

# In running text an address is a urn or an absolute URL; a relative reference counts only between quotes, as in JSON.
_IN_TEXT = re.compile(
    rb"""urn:uuid:[0-9A-Fa-f-]{36}|urn:oid:[0-9.]*[0-9]
    |https?://[^\s"'<>\\]*[^\s"'<>\\.,;:!?)\]]
    |(?<=["'])[A-Z][A-Za-z]{1,63}/[A-Za-z0-9.-]{1,64}(?:/_history/[A-Za-z0-9.-]{1,64})?(?=\\?["'])""",
    re.VERBOSE,
)
_TEXT = re.compile(r"text/|application/(?:[\w.-]+\+)?(?:json|xml)\b", re.IGNORECASE)


def rewrite(value: Json, to: To, in_text: To | None = None) -> Json:
    """The resource (or any part of one) with each address replaced by what `to` makes of it.

    Covered: `Reference.reference`, elements of the uri family, `href` and `src` in narrative, and addresses inside
    attachments of text, JSON or XML (their `size` and `hash` follow), for which `in_text` may be another mapping.
    Identifiers and free text are never touched.
    Nothing is copied that did not change: `rewrite(value, to) is value` when `to` replaced nothing.
    https://hl7.org/fhir/R4/http.html#trules
    """
    if isinstance(value, dict):
        return _object(value, to, in_text or to)
    if isinstance(value, list):
        return _list(value, to, in_text or to, named=False)
    return value


def addresses(value: Json) -> list[str]:
    """Every address in the resource that `rewrite` would offer, in document order, repeated as often as it occurs."""
    found: list[str] = []
    rewrite(value, found.append)
    return found


def _object(value: dict[str, Json], to: To, in_text: To) -> dict[str, Json]:
    changed: dict[str, Json] | None = None
    for name, old in value.items():
        kind = type(old)
        new: Json
        if kind is str:
            if name not in _HOLDING:
                continue
            if name == "data":
                if (attachment := _attachment(value, in_text)) is not None:
                    changed = {**(changed or value), **attachment}
                continue
            new = _narrative(old, to) if name == "div" else to(old)
            if new is None or new == old:
                continue
        elif kind is dict:
            new = _object(old, to, in_text)
        elif kind is list:
            new = _list(old, to, in_text, named=name in ADDRESSES)
        else:
            continue
        if new is not old:
            changed = dict(value) if changed is None else changed
            changed[name] = new
    return value if changed is None else changed


def _list(value: list[Json], to: To, in_text: To, *, named: bool) -> list[Json]:
    changed: list[Json] | None = None
    for index, old in enumerate(value):
        kind = type(old)
        new: Json
        if kind is dict:
            new = _object(old, to, in_text)
        elif kind is str and named:
            new = to(old)
            new = old if new is None or new == old else new
        elif kind is list:
            new = _list(old, to, in_text, named=named)
        else:
            continue
        if new is not old:
            changed = list(value) if changed is None else changed
            changed[index] = new
    return value if changed is None else changed


def _narrative(text: str, to: To) -> str:
    """The XHTML with the addresses in `href` and `src` replaced; words that only quote a tag are not tags."""

    def link(match: re.Match[str]) -> str:
        quote, inner = match[2][0], match[2][1:-1]
        old = html.unescape(inner)
        new = to(old)
        return match[0] if new is None or new == old else match[1] + quote + html.escape(new) + quote

    if "href" not in text and "src" not in text:
        return text
    return _TAG.sub(lambda tag: _LINK.sub(link, tag[0]), text)


def _attachment(holder: dict[str, Json], to: To) -> dict[str, Json] | None:
    """What changes in an Attachment or Binary whose data is text: `data`, and `size` and `hash` where they were right.

    https://hl7.org/fhir/R4/datatypes.html#Attachment
    """
    media = holder.get("contentType")
    if not isinstance(media, str) or not _TEXT.match(media):
        return None
    try:
        old = b64decode(holder["data"])
    except ValueError:
        return None

    def address(match: re.Match[bytes]) -> bytes:
        # Bytes, not text: addresses are ASCII in every charset that text attachments use, and the rest stays as it is.
        found = match[0].decode("latin-1")
        made = to(found)
        return match[0] if made is None else made.encode()

    new = _IN_TEXT.sub(address, old)
    if new == old:
        return None
    changed: dict[str, Json] = {"data": b64encode(new).decode()}
    if holder.get("size") == len(old):
        changed["size"] = len(new)
    if holder.get("hash") == _hash(old):
        changed["hash"] = _hash(new)
    return changed


def _hash(data: bytes) -> str:
    return b64encode(sha1(data, usedforsecurity=False).digest()).decode()
