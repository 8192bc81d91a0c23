"""The private keys of a client, as they stand in a file: a JWK, a set of them, or PEM. The only module that loads joserfc."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from fhir_case import json
from fhir_case.issues import FHIRCaseError
from fhir_case.json import Json

_FITTING = "expected an RSA key (RS384) or an EC key of curve P-384 (ES384)"


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key for RS384 or ES384; its `repr` shows its name alone."""

    kid: str
    algorithm: str
    _key: Any = field(repr=False)

    def sign(self, header: Mapping[str, str], claims: Mapping[str, Json]) -> str:
        """The claims as a signed JWT (https://www.rfc-editor.org/rfc/rfc7519)."""
        from joserfc import jwt

        return jwt.encode(dict(header), dict(claims), self._key, algorithms=["RS384", "ES384"])


def signing_keys(text: str, place: str, kid: str = "") -> list[SigningKey]:
    """The keys that can sign, in the order of the file; `kid`: the name of one that states none, or which one to take.

    Without any, a key is named by its thumbprint (https://www.rfc-editor.org/rfc/rfc7638). Raises `FHIRCaseError`; no
    message shows anything of a key.
    """
    stated = _stated(text, place)
    found = [key for one in stated if (key := _key(one, kid if len(stated) == 1 else ""))]
    if not found:
        raise FHIRCaseError(f"{place} holds no private key that can sign; {_FITTING}, as JWK, JWK set or PEM")
    if kid and not any(one.kid == kid for one in found):
        names = ", ".join(one.kid for one in found)
        raise FHIRCaseError(f"{place} holds no private key named {kid}; found {names}")
    return [one for one in found if not kid or one.kid == kid]


def _stated(text: str, place: str) -> list[str | dict[str, Json]]:
    if text.lstrip().startswith("-----BEGIN"):
        return [text]
    try:
        made = json.loads(text)
    except json.JSONError:
        raise FHIRCaseError(f"{place} is neither JSON nor PEM; {_FITTING}") from None
    held = made.get("keys", [made]) if isinstance(made, dict) else made
    return [one for one in held if isinstance(one, dict)] if isinstance(held, list) else []


def _key(stated: str | dict[str, Json], kid: str) -> SigningKey | None:
    """The key; None for one that cannot sign, or not so. RSA keys of less than 2048 bits are none (RFC 7518, 3.3)."""
    from joserfc.errors import JoseError
    from joserfc.jwk import ECKey, RSAKey

    for kind, algorithm in ((RSAKey, "RS384"), (ECKey, "ES384")):
        if isinstance(stated, dict) and (
            stated.get("kty") != kind.key_type
            or stated.get("use", "sig") != "sig"
            or stated.get("alg", algorithm) != algorithm
        ):
            continue
        try:
            key = kind.import_key(stated)
        except (JoseError, ValueError, TypeError):
            continue
        if not key.is_private or (isinstance(key, ECKey) and key.curve_name != "P-384"):
            continue
        if isinstance(key, RSAKey) and key.raw_value.key_size < 2048:
            continue
        return SigningKey(key.kid or kid or key.thumbprint(), algorithm, key)
    return None
