"""A strict SMART Backend Services server: its token endpoint, and a FHIR read that wants a token of it.

https://hl7.org/fhir/smart-app-launch/STU2.2/client-confidential-asymmetric.html#signature-verification
"""

from __future__ import annotations

from email.utils import formatdate
from typing import Any
from urllib.parse import parse_qs

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet, RSAKey
from joserfc.jws import JWSRegistry

from fhir_case.client.messages import Request, Response
from fhir_case.json import dumps

BASE = "https://fhir.example/r4"
TOKEN_URL = "https://login.example/token"
CLIENT = "client-7"


class TokenServer:
    """Knows the public keys of one client; its clock stands at `now`."""

    def __init__(self, *keys: RSAKey | ECKey, scopes: str = "system/*.rs", now: float = 1_790_000_000) -> None:
        self.keys = KeySet([type(key).import_key(key.as_dict(private=False)) for key in keys])
        self.scopes, self.now, self.lasts = set(scopes.split()), now, 300
        self.algorithms = ["RS384", "ES384"]
        self.seen: set[str] = set()
        self.tokens: dict[str, float] = {}
        self.asked: list[Request] = []

    def __call__(self, request: Request) -> Response:
        self.asked.append(request)
        if request.url == f"{BASE}/.well-known/smart-configuration":
            stated = {
                "token_endpoint": TOKEN_URL,
                "token_endpoint_auth_methods_supported": ["private_key_jwt"],
                "token_endpoint_auth_signing_alg_values_supported": self.algorithms,
            }
            return self._said(200, stated)
        if request.url == TOKEN_URL and request.method == "POST":
            return self.token(parse_qs((request.body or b"").decode()))
        kind, _, token = request.headers.get("Authorization", "").partition(" ")
        if kind != "Bearer" or self.tokens.get(token, 0) <= self.now:
            return self._said(401, {"resourceType": "OperationOutcome"})
        return self._said(200, {"resourceType": "Patient", "id": "1"})

    def token(self, form: dict[str, list[str]]) -> Response:
        """The answer to a request for a token."""
        if form.get("grant_type") != ["client_credentials"]:
            return self._no("unsupported_grant_type")
        if form.get("client_assertion_type") != ["urn:ietf:params:oauth:client-assertion-type:jwt-bearer"]:
            return self._no("invalid_request")
        if not self._right(form.get("client_assertion", [""])[0]):
            return self._no("invalid_client")
        wanted = set(form.get("scope", [""])[0].split())
        if not wanted or not wanted <= self.scopes:
            return self._no("invalid_scope")
        token = f"token-{len(self.tokens) + 1}"
        self.tokens[token] = self.now + self.lasts
        return self._said(200, {"access_token": token, "token_type": "bearer", "expires_in": self.lasts,
                                "scope": " ".join(sorted(wanted))})  # fmt: skip

    def _right(self, assertion: str) -> bool:
        try:
            decoded = jwt.decode(assertion, self.keys, registry=JWSRegistry(algorithms=["RS384", "ES384"]))
        except (JoseError, ValueError):
            return False
        header, claims = decoded.header, decoded.claims
        if header.get("typ") != "JWT" or header.get("kid") not in [key.kid for key in self.keys.keys]:
            return False
        if claims.get("iss") != CLIENT or claims.get("sub") != CLIENT or claims.get("aud") != TOKEN_URL:
            return False
        ends, name = claims.get("exp"), claims.get("jti")
        if not isinstance(ends, int) or not self.now < ends <= self.now + 300:
            return False
        if not isinstance(name, str) or not name or name in self.seen:
            return False
        self.seen.add(name)
        return True

    def _no(self, error: str) -> Response:
        return self._said(400, {"error": error, "error_description": "hunter2"})

    def _said(self, status: int, stated: dict[str, Any]) -> Response:
        headers = {"content-type": "application/json", "date": formatdate(self.now, usegmt=True)}
        return Response(status, headers, dumps(stated).encode(), TOKEN_URL)
