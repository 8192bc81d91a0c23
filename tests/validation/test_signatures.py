"""Signatures of Bundles, as far as they can be read. HL7's validator was asked about each row."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from defining import found
from instances import patient

WHEN = "2020-01-01T00:00:00Z"


def jws(header: Any) -> str:
    """A JSON Web Signature without payload; its signature is none."""
    return base64.urlsafe_b64encode(json.dumps(header).encode()).decode().rstrip("=") + "..YWJj"


def packed(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    ("data", "wrong"),
    [
        (packed(jws({"alg": "RS256", "sigT": WHEN})), []),
        (packed(jws({"alg": "RS256", "iat": 1577836800})), []),
        (packed(jws({"alg": "RS256", "iat": 1577836801})), ["Bundle"]),
        (packed(jws({"alg": "RS256", "sigT": "2021-01-01T00:00:00Z"})), ["Bundle"]),
        (packed(jws({"alg": "RS256"})), []),
        (packed(jws([1])), ["Bundle"]),
        (packed("."), ["Bundle"]),
        ("AAAA", ["Bundle"]),
        (jws({"alg": "RS256", "sigT": WHEN}), ["Bundle.signature.data", "Bundle"]),
        (packed(jws({"alg": "RS256", "iat": 10**30})), []),
    ],
)
def test_a_signature_has_a_header_and_the_time_of_the_bundle(data: str, wrong: list[str]) -> None:
    kind = {"system": "urn:iso-astm:E1762-95:2013", "code": "1.2.840.10065.1.12.1.1"}
    signature = {"type": [kind], "when": WHEN, "who": {"display": "x"}, "sigFormat": "application/jose", "data": data}
    entry = {"fullUrl": "http://example.org/fhir/Patient/p", "resource": patient(id="p")}
    bundle = {"resourceType": "Bundle", "type": "collection", "entry": [entry], "signature": signature}
    assert [at for _, at in found(bundle)] == wrong
