"""Attachments: what they say of their data is true of it (https://hl7.org/fhir/R4/datatypes.html#Attachment)."""

from __future__ import annotations

import base64
import binascii
import hashlib

from fhir_case.validation.places import At
from fhir_case.validation.run import Node, Run


def check_attachment(node: Node, at: At, run: Run) -> None:
    """Size and hash are those of the data. Hexadecimal hashes are read too: many write them so."""
    data = node.get("data")
    if not isinstance(data, str) or not ("size" in node or "hash" in node):
        return
    try:
        held = base64.b64decode("".join(data.split()), validate=True)
    except (binascii.Error, ValueError):
        return
    size = node.get("size")
    if isinstance(size, int) and size != len(held):
        run.say("attachment-size", at, f"the data has {len(held)} bytes, and size says {size}")
    stated = node.get("hash")
    if isinstance(stated, str):
        digest = hashlib.sha1(held, usedforsecurity=False)
        if stated not in (base64.b64encode(digest.digest()).decode(), digest.hexdigest()):
            run.say("attachment-hash", at, "the hash (SHA-1) is not that of the data")
