"""Attachments as answers (http://hl7.org/fhir/R4/extension-mimetype.html, -maxsize)."""

from __future__ import annotations

from typing import Any

from fhir_case.validation import comparing
from fhir_case.validation.places import At
from fhir_case.validation.questionnaires.asked import Asked
from fhir_case.validation.questionnaires.form import EXTENSION, extension, extensions, text
from fhir_case.validation.run import Node

_MIME_TYPE, _LARGEST = EXTENSION + "mimeType", EXTENSION + "maxSize"


def check_attachment(asked: Asked, value: Any, at: At) -> None:
    """An Attachment: of a type that is allowed, and not too large."""
    node = asked.question.node
    if not isinstance(value, dict) or "extension" not in node:
        return
    allowed = [one for one in extensions(node, _MIME_TYPE) if isinstance(one, str)]
    found = text(value, "contentType")
    # "image/*" allows what begins with "image/".
    if allowed and not (found and any(found.startswith(one.removesuffix("*")) for one in allowed)):
        told = "not of a type that is allowed" if found else "the type must be said (contentType)"
        asked.say("questionnaire-answer-attachment", at, told, fix=" or ".join(allowed)[:200], value=found)
    most, size = comparing.number(extension(node, _LARGEST)), _bytes(value)
    if most is not None and size is not None and size > most:
        asked.say("questionnaire-answer-attachment", at, f"{size} bytes; at most {most} are allowed")


def _bytes(value: Node) -> int | None:
    data = value.get("data")
    if isinstance(data, str):
        clear = len(data) - sum(data.count(space) for space in " \t\r\n")
        return clear * 3 // 4 - (2 if data.rstrip().endswith("==") else 1 if data.rstrip().endswith("=") else 0)
    size = value.get("size")
    return size if type(size) is int else None
