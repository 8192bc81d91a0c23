"""Field kinds of documents: text or data as an attachment, identifiers, what a document refers to."""

from __future__ import annotations

from base64 import b64decode, b64encode
from typing import Any
from urllib.parse import quote, unquote

from fhir_case.case.base import Verbatim
from fhir_case.case.phenopacket import Citation, Terminology
from fhir_case.case.records import text_in
from fhir_case.json import Json, canonical, loads
from fhir_case.lens.context import Context
from fhir_case.lens.fields import TEXT
from fhir_case.lens.line import UNREAD, Codec, Line, whole
from fhir_case.lens.places import unknown
from fhir_case.terminology import systems

MARKDOWN = "text/markdown"


def attachment(field: str, element: str) -> Line:
    """The text of the source, its title and language, in the one attachment; `field` is `"text|title|language"`."""

    def put(value: tuple[str | None, str | None, str | None], context: Context) -> Json:
        body, title, language = value
        made: dict[str, Json] = {"contentType": MARKDOWN} if body is not None else {}
        if language is not None:
            made["language"] = language
        if body is not None:
            made["data"] = b64encode(body.encode()).decode()
        if title is not None:
            made["title"] = title
        return [{"attachment": made}]

    def take(held: Json, context: Context) -> Any:
        (content,) = held
        made = content["attachment"]
        if content.keys() != {"attachment"} or made.keys() - {"contentType", "language", "data", "title"}:
            return UNREAD
        body = b64decode(made["data"], validate=True).decode() if "data" in made else None
        return (body, made.get("title"), made.get("language"))

    return whole(
        field,
        element,
        Codec("Attachment", put, take, as_is=True),
        absent=lambda item, context: {element: [{"attachment": unknown()}]},
    )


def document(field: str, element: str) -> Line:
    """What a document holds: text, or base64 where it is none; `field` is `"text|data"`."""

    def put(value: tuple[str | None, str | None], context: Context) -> Json:
        body, data = value
        return data if body is None else b64encode(body.encode()).decode()

    def take(held: Json, context: Context) -> Any:
        if type(held) is not str or not held:
            return UNREAD
        body = text_in(held)
        return (None, held) if body is None else (body, None)

    return whole(field, element, Codec("base64Binary", put, take, primitive=True))


def identified(field: str, element: str, system: str | None = None) -> Line:
    """A text that is an Identifier in a system of ours, or in none."""
    within = {} if system is None else {"system": system}

    def take(held: Json, context: Context) -> Any:
        value = held["value"]
        return TEXT.take(value, context) if held == {**within, "value": value} else UNREAD

    return whole(
        field, element, Codec("Identifier", lambda value, context: {**within, "value": value}, take, as_is=True)
    )


def json_attachment(field: str, element: str, format: dict[str, Json]) -> Line:
    """Data of a known format as the one attachment; `field` is `"version|data"`, the version that of the format."""

    def put(value: tuple[str | None, Verbatim | None], context: Context) -> Json:
        version, data = value
        made: dict[str, Json] = {"contentType": "application/json"}
        if data is not None:
            made["data"] = b64encode(canonical(data)).decode()
        return [{"attachment": made, "format": {**format, **({} if version is None else {"version": version})}}]

    def take(held: Json, context: Context) -> Any:
        (content,) = held
        data = content["attachment"].get("data")
        version = content["format"].get("version")
        made = None if data is None else loads(b64decode(data, validate=True))
        if not isinstance(made, dict | None) or not isinstance(version, str | None):
            return UNREAD
        value = (version, None if made is None else Verbatim(made))
        return value if put(value, context) == held else UNREAD  # text alone, so equality is exact

    nothing = [{"attachment": {"contentType": "application/json"}, "format": format}]
    return whole(
        field, element, Codec("Attachment", put, take, as_is=True), absent=lambda item, context: {element: nothing}
    )


_CANONICAL = "urn:ietf:rfc:3986"
_OF_URIS = ":/?#[]@!$&'()*+,;="
"""What may stand in a URI as it is, beside letters and digits (https://www.rfc-editor.org/rfc/rfc3986#section-2.2)."""


def cited(field: str, element: str) -> Line:
    """What a document refers to: publications by their identifiers, and the versions of terminologies by canonicals.

    `field` is `"references|terminologies"`
    (https://hl7.org/fhir/R4/documentreference-definitions.html#DocumentReference.context.related).
    """

    def put(value: tuple[list[Citation], list[Terminology]], context: Context) -> Json:
        made: list[Json] = []
        for citation in value[0] or ():
            named: dict[str, Json] = {} if citation.id is None else {"identifier": {"value": citation.id}}
            made.append(named if citation.title is None else {**named, "display": citation.title})
        for terminology in value[1] or ():
            uri = systems.uri_of(terminology.system) or terminology.system
            version = "" if terminology.version is None else f"|{quote(terminology.version, safe=_OF_URIS)}"
            made.append({"type": "CodeSystem", "identifier": {"system": _CANONICAL, "value": uri + version}})
        return {"related": made}

    def take(held: Json, context: Context) -> Any:
        value: tuple[list[Citation], list[Terminology]] = ([], [])
        for one in held["related"]:
            if one.get("type") == "CodeSystem":
                uri, _, version = one["identifier"]["value"].partition("|")
                value[1].append(Terminology(system=systems.alias_of(uri) or uri, version=unquote(version) or None))
            else:
                value[0].append(Citation(id=one.get("identifier", {}).get("value"), title=one.get("display")))
        return value if put(value, context) == held else UNREAD  # text alone, so equality is exact

    return whole(field, element, Codec("related", put, take, as_is=True))
