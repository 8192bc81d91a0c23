"""Field kinds of the source document: its text as an attachment, and the namespace of its people and places."""

from __future__ import annotations

from base64 import b64decode, b64encode
from typing import Any

from fhir_case.json import Json
from fhir_case.lens.context import Context
from fhir_case.lens.line import UNREAD, Codec, Line, whole
from fhir_case.lens.places import unknown

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


def identified(field: str, element: str, system: str) -> Line:
    """A text that is an Identifier in a system of ours."""

    def take(held: Json, context: Context) -> Any:
        return held["value"] if held.keys() == {"system", "value"} and held["system"] == system else UNREAD

    return whole(
        field, element, Codec("Identifier", lambda value, context: {"system": system, "value": value}, take, as_is=True)
    )
