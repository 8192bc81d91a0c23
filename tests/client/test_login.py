"""Logging in: a strict SMART token server that accepts us and no other, tokens that end, and who never sees one."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey
from scripted import answer, drive, outcome
from token_server import BASE, CLIENT, TOKEN_URL, TokenServer

from fhir_case.client.keys import SigningKey, signing_keys
from fhir_case.client.login import Basic, Bearer, Login, Secret, authorized
from fhir_case.client.messages import NoAnswerError, Request, Response, get, origin, together
from fhir_case.client.retry import Policy, retried
from fhir_case.client.smart import Smart
from fhir_case.client.steps import read
from fhir_case.issues import FHIRCaseError, Refused
from fhir_case.json import dumps

EC = ECKey.generate_key("P-384", parameters={"kid": "ec-1", "use": "sig"})
RSA = RSAKey.generate_key(2048, parameters={"kid": "rsa-1", "use": "sig"})
OTHER = ECKey.generate_key("P-384", parameters={"kid": "ec-1", "use": "sig"})


def keys(*held: RSAKey | ECKey) -> Callable[[], list[SigningKey]]:
    text = dumps({"keys": [key.as_dict(private=True) for key in held]})
    return lambda: signing_keys(text, "keys.json")


def smart(server: TokenServer, *held: RSAKey | ECKey, scope: str = "system/*.rs", ahead: float = 0) -> Smart:
    return Smart(
        BASE, CLIENT, keys(*held), scope, wall=lambda: server.now + ahead, clock=lambda: server.now - 1_700_000_000
    )


def fetched(login: Login, server: Callable[[Request], Response], times: int = 1) -> list[dict[str, Any]]:
    waits: list[float] = []
    return [drive(authorized(read(BASE, "Patient/1"), login, [BASE]), server, waits) for _ in range(times)]


@pytest.mark.parametrize("key", [EC, RSA], ids=["ES384", "RS384"])
def test_a_strict_token_server_takes_us_and_one_token_serves_many_requests(key: RSAKey | ECKey) -> None:
    server = TokenServer(EC, RSA)
    assert fetched(smart(server, key), server, 3)[0]["id"] == "1"
    assert [one.url for one in server.asked].count(TOKEN_URL) == 1


GOOD = {"iss": CLIENT, "sub": CLIENT, "aud": TOKEN_URL, "exp": 1_790_000_240, "jti": "a"}


def assertion(key: RSAKey | ECKey = EC, alg: str = "ES384", kid: str | None = "ec-1", **changed: Any) -> str:
    claims = {name: value for name, value in {**GOOD, **changed}.items() if value is not None}
    header = {"alg": alg, "typ": "JWT"} | ({"kid": kid} if kid else {})
    return jwt.encode(header, claims, key, algorithms=[alg])


@pytest.mark.parametrize(
    ("bad", "form"),
    [
        (assertion(aud=BASE), {}),
        (assertion(exp=1_789_999_999), {}),
        (assertion(exp=1_790_000_301), {}),
        (assertion(exp=None), {}),
        (assertion(kid="ec-2"), {}),
        (assertion(OTHER), {}),
        (assertion(RSA, "RS256", "rsa-1"), {}),
        (assertion(iss="someone"), {}),
        (assertion(sub="someone"), {}),
        (assertion(jti=None), {}),
        (assertion(jti="seen"), {}),
        (assertion()[:-4] + "AAAA", {}),
        (assertion().rpartition(".")[0] + ".", {}),
        ("", {}),
        (assertion(), {"scope": ["system/*.cruds"]}),
        (assertion(), {"grant_type": ["password"]}),
        (assertion(), {"client_assertion_type": ["jwt"]}),
    ],
)
def test_the_token_server_refuses_what_is_wrong_in_one_thing(bad: str, form: dict[str, list[str]]) -> None:
    server = TokenServer(EC, RSA)
    server.seen.add("seen")
    right = {
        "grant_type": ["client_credentials"],
        "client_assertion_type": ["urn:ietf:params:oauth:client-assertion-type:jwt-bearer"],
        "scope": ["system/*.rs"],
    }
    assert server.token({**right, "client_assertion": [assertion(jti="good")]}).status == 200
    assert server.token({**right, "client_assertion": [bad], **form}).status == 400


def test_a_token_is_renewed_before_it_ends() -> None:
    server = TokenServer(EC)
    login = smart(server, EC)
    fetched(login, server)
    server.now += 269
    fetched(login, server)
    assert len(server.tokens) == 1
    server.now += 2
    fetched(login, server)
    assert len(server.tokens) == 2
    assert all(one.headers["Authorization"] for one in server.asked if one.url.endswith("/Patient/1"))


def test_a_token_that_the_server_forgot_is_renewed_and_the_request_sent_again() -> None:
    server = TokenServer(EC)
    login = smart(server, EC)
    fetched(login, server)
    server.tokens.clear()
    assert fetched(login, server)[0]["id"] == "1"
    server.tokens = {"x": 0.0}
    server.lasts = -1  # every token has ended before it is used: tried again once, and no more
    with pytest.raises(Refused, match="status 401"):
        fetched(login, server)


def test_keys_can_be_exchanged_while_it_runs() -> None:
    server = TokenServer(RSA)
    login = smart(server, EC, RSA)  # the new one is not registered yet
    fetched(login, server)
    assert [one.url for one in server.asked].count(TOKEN_URL) == 2
    server.now += 300
    fetched(login, server)
    assert [one.url for one in server.asked].count(TOKEN_URL) == 3  # the one that was taken is tried first
    server.keys = TokenServer(EC).keys  # and now the old one is gone
    server.now += 300
    fetched(login, server)
    assert [one.url for one in server.asked].count(TOKEN_URL) == 5


def test_a_key_whose_algorithm_the_server_does_not_take_is_not_used() -> None:
    server = TokenServer(EC, RSA)
    server.algorithms = ["RS384"]
    fetched(smart(server, EC, RSA), server)
    assert [one.url for one in server.asked].count(TOKEN_URL) == 1
    with pytest.raises(FHIRCaseError, match=r"algorithm of the server \(RS384\)"):
        fetched(smart(server, EC), server)


@pytest.mark.parametrize("ahead", [-4000, 4000])
def test_a_clock_that_is_wrong_here_is_set_by_that_of_the_server(ahead: float) -> None:
    server = TokenServer(EC)
    fetched(smart(server, EC, ahead=ahead), server)
    assert [one.url for one in server.asked].count(TOKEN_URL) == 2


def test_an_assertion_is_never_sent_twice() -> None:
    server = TokenServer(EC)
    lost = iter([True, True])

    def cut(request: Request) -> Response:
        response = server(request)
        if request.url == TOKEN_URL and next(lost, False):
            raise NoAnswerError("cut off", sent=True)  # the server did see it
        return response

    step = retried(authorized(read(BASE, "Patient/1"), smart(server, EC), [BASE]), Policy())
    waits: list[float] = []
    assert drive(step, cut, waits)["id"] == "1"
    assert waits == [1.0, 2.0]


def test_requests_at_the_same_time_ask_for_one_token() -> None:
    server = TokenServer(EC)
    login = smart(server, EC)
    running = [authorized(read(BASE, "Patient/1"), login, [BASE]) for _ in range(5)]
    wanted = [next(step) for step in running]
    assert [isinstance(one, Request) for one in wanted] == [True, False, False, False, False]
    drive(together(iter(())), server)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"scope": "system/*.cruds"}, r"the server says invalid_scope \(scope system/\*\.cruds\); ask for the scopes"),
        ({"held": (OTHER,)}, r"the server says invalid_client \(kid ec-1\); is the client id right"),
    ],
)
def test_a_refusal_says_what_was_refused_and_no_secret(change: dict[str, Any], said: str) -> None:
    server = TokenServer(EC)
    held = change.pop("held", (EC,))
    with pytest.raises(Refused, match=said) as caught:
        fetched(smart(server, *held, **change), server)
    assert "eyJ" not in str(caught.value)
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    "said",
    [
        {}, {"access_token": "a"}, {"access_token": 7, "token_type": "bearer"}, {"access_token": "a", "token_type": "mac"},
        {"access_token": "a\r\nX-Evil: 1", "token_type": "bearer"}, [], {"error": "<script>"},
    ],
)  # fmt: skip
def test_what_is_no_token_is_refused(said: Any) -> None:
    server = TokenServer(EC)

    def odd(request: Request) -> Response:
        return replace(server(request), body=dumps(said).encode()) if request.url == TOKEN_URL else server(request)

    with pytest.raises(Refused, match=r"getting a token from https://login\.example: expected a"):
        fetched(smart(server, EC), odd)


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (answer(outcome("?"), 404), "status 404; is it a server with SMART"),
        (answer({}), "expected a token_endpoint"),
        (answer({"token_endpoint": "http://login.example/token"}), "not encrypted"),
        (answer({"token_endpoint": "file:///etc/passwd"}), "expected a token_endpoint"),
    ],
)
def test_a_server_without_smart_is_told_of(said: Response, why: str) -> None:
    with pytest.raises(Refused, match=why):
        fetched(smart(TokenServer(EC), EC), lambda _: said)


def secret(*values: str) -> Secret:
    held: Iterator[str] = iter(values)
    return Secret("the file token.txt", lambda: next(held))


def test_a_token_from_a_file_is_read_again_when_it_is_refused() -> None:
    def server(request: Request) -> Response:
        asked.append(request.headers["Authorization"])
        return answer({"resourceType": "Patient", "id": "1"}, 200 if asked[-1] == "Bearer new" else 401)

    asked: list[str] = []
    fetched(Bearer(secret("old\n", "new\n")), server, 2)
    assert asked == ["Bearer old", "Bearer new", "Bearer new"]
    asked = []
    with pytest.raises(Refused, match=r"status 401.*wants a login"):
        fetched(Bearer(secret("old", "old")), server)
    assert asked == ["Bearer old"]


def test_a_user_and_a_password() -> None:
    asked: list[str] = []

    def server(request: Request) -> Response:
        asked.append(request.headers["Authorization"])
        return answer({"resourceType": "Patient", "id": "1"})

    fetched(Basic("Aladdin", secret("open sesame")), server)
    assert asked == ["Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="]  # the example of RFC 7617


@pytest.mark.parametrize(
    "url",
    ["http://fhir.example/r4/Patient", "https://fhir.example:8443/r4", "https://fhir.example.evil.example/r4",
     "https://fhir.example@evil.example/r4", "https://evil.example/https://fhir.example/r4"],
)  # fmt: skip
def test_another_server_never_sees_the_login(url: str) -> None:
    def asking() -> Any:
        yield get(url)
        yield get("https://FHIR.example:443/r4/Patient")

    sent: list[Request] = []

    def server(request: Request) -> Response:
        sent.append(request)
        return answer({})

    drive(authorized(asking(), Bearer(secret("s3cret")), [BASE]), server)
    assert ["Authorization" in one.headers for one in sent] == [False, True]


def test_origins_have_one_form() -> None:
    assert origin("HTTPS://Host:443/a?b#c") == "https://host" == origin("https://host?x=http://y/z")
    assert origin("http://host:80") == "http://host"
    assert origin("http://host:443/") == "http://host:443"


def test_no_secret_is_shown(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    server = TokenServer(EC)
    login = smart(server, OTHER, EC)
    fetched(login, server)
    private = EC.as_dict(private=True)["d"]
    shown = [caplog.text, repr(login), repr(login.__dict__), repr(server.asked), repr(Bearer(secret("token-1")))]
    shown += [repr(keys(EC)()), repr(Basic("u", secret("token-1")))]
    for text in shown:
        assert "token-1" not in text
        assert "eyJ" not in text
        assert str(private) not in text


@pytest.mark.parametrize("form", ["jwk", "set", "pem", "old pem"])
@pytest.mark.parametrize("key", [EC, RSA], ids=["EC", "RSA"])
def test_a_key_is_read_in_each_form(form: str, key: RSAKey | ECKey) -> None:
    private: Any = key.as_dict(private=True)
    text = {
        "jwk": dumps(private),
        "set": dumps({"keys": [{**private, "kid": "another"}, private, key.as_dict(private=False)]}),
        "pem": key.as_pem(private=True).decode(),
        "old pem": key.as_pem(private=True).decode(),
    }[form]
    found = signing_keys(text, "key", str(key.kid))
    assert [(one.kid, one.algorithm) for one in found] == [(key.kid, "ES384" if key is EC else "RS384")]


def test_a_key_without_a_name_is_named_by_its_thumbprint() -> None:
    assert signing_keys(EC.as_pem(private=True).decode(), "key")[0].kid == EC.thumbprint()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "neither JSON nor PEM"),
        ("{}", "no private key"),
        ("[]", "no private key"),
        ('{"keys": 7}', "no private key"),
        (dumps(EC.as_dict(private=False)), "no private key"),
        (dumps({**EC.as_dict(private=True), "use": "enc"}), "no private key"),
        (ECKey.generate_key("P-256").as_pem(private=True).decode(), "no private key"),
        ("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----", "no private key"),
        (dumps(EC.as_dict(private=True) | {"kid": "z"}), "no private key named ec-9; found z"),
    ],
)
def test_a_file_without_a_fitting_key_is_refused_without_showing_it(text: str, said: str) -> None:
    with pytest.raises(FHIRCaseError, match=said) as caught:
        signing_keys(text, "the file key.json", "ec-9")
    assert "AAAA" not in str(caught.value)


@pytest.mark.parametrize("value", ["", " \n", "two\nlines", "a\x00b"])
def test_what_is_no_secret_is_refused_without_showing_it(value: str) -> None:
    with pytest.raises(FHIRCaseError, match=r"the file token\.txt (is empty|holds more)"):
        secret(value).reveal()
