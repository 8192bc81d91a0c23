"""The signature of a Bundle: readable, and of the time that the Bundle says. Whether it is genuine is not decided here.

https://hl7.org/fhir/R4/signatures.html; JSON Web Signatures are RFC 7515, the time in them is sigT (JAdES) or iat.
"""

from __future__ import annotations

import base64
import binascii
import re
from datetime import UTC, datetime
from typing import Any

from fhir_case.json import JSONError, loads
from fhir_case.validation.places import At
from fhir_case.validation.run import Node, Run

_BASE64 = re.compile(r"[A-Za-z0-9+/=_\s-]*")


def check_signature(bundle: Node, at: At, run: Run) -> None:
    """The signature, where it is a JSON Web Signature; of others it is said that nobody has looked."""
    signature = bundle.get("signature")
    data = signature.get("data") if isinstance(signature, dict) else None
    if not isinstance(signature, dict) or not isinstance(data, str):
        return
    if signature.get("sigFormat") == "application/jose":
        _check_jws(data, signature.get("when"), at, run)
    run.say("bundle-signature-unchecked", at, "whether the signature is genuine is not checked here", "information")


def _check_jws(data: str, when: Any, at: At, run: Run) -> None:
    if _BASE64.fullmatch(data):
        data = _decoded(data)
    else:
        told = "the signature stands here as it is" if data.count(".") == 2 else "the data is no base64"
        run.say("bundle-signature", at, f"expected a JSON Web Signature in base64: {told}")
        if data.count(".") != 2:
            return
    try:
        header = loads(_decoded(data.split(".")[0]))
    except JSONError:
        header = None
    if not isinstance(header, dict):
        run.say("bundle-signature", at, "the header of the signature cannot be read: expected a JSON object in base64")
        return
    signed = _time_in(header)
    if signed is None:
        run.say(
            "bundle-signature", at, "the header of the signature does not say when it was made (sigT, iat)", "warning"
        )
    elif isinstance(when, str) and signed != when:
        run.say("bundle-signature", at, "the signature was made at another time than signature.when says")


def _decoded(text: str) -> str:
    """What base64 stands for, as text; "" for what is none."""
    packed = "".join(text.split()).rstrip("=").replace("-", "+").replace("_", "/")
    try:
        return base64.b64decode(packed + "=" * (-len(packed) % 4)).decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        return ""


def _time_in(header: Node) -> str | None:
    said = header.get("sigT", header.get("iat"))
    if isinstance(said, str) and not said.isdecimal():
        return said
    try:
        return datetime.fromtimestamp(int(str(said)), UTC).isoformat().replace("+00:00", "Z")
    except (ValueError, OverflowError, OSError):
        return None
