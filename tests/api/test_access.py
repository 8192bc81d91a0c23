"""How to get in: settings made into a login; what is wrong with them; over real TLS, the certificate of each side."""

from __future__ import annotations

import datetime
import inspect
import ipaddress
import ssl
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from joserfc.jwk import ECKey
from token_server import BASE, CLIENT, TokenServer

from fhir_case import AsyncFHIRClient, FHIRClient
from fhir_case.api.access import Access, from_command, from_environment, from_file, from_settings
from fhir_case.api.project import Project
from fhir_case.client.login import Basic, Bearer
from fhir_case.client.messages import Request
from fhir_case.client.smart import Smart
from fhir_case.issues import CaseError, FHIRCaseError, Unreachable
from fhir_case.json import dumps

R4 = {"resourceType": "CapabilityStatement", "fhirVersion": "4.0.1"}


@pytest.fixture(autouse=True)
def nothing_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("FHIR_CASE_TOKEN", "FHIR_CASE_PASSWORD"):
        monkeypatch.delenv(name, raising=False)


def test_a_secret_is_kept_in_a_file_the_environment_or_a_keyring(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "token").write_text("from-file\n")
    monkeypatch.setenv("MINE", "from-environment")
    assert from_file(tmp_path / "token").reveal() == "from-file"
    assert from_environment("MINE").reveal() == "from-environment"
    assert from_command(f"{sys.executable} -c 'print(\"from command\")'").reveal() == "from command"


@pytest.mark.parametrize(
    ("secret", "said"),
    [
        (lambda: from_file("/nowhere/token"), "the file /nowhere/token cannot be read: No such file"),
        (lambda: from_environment("NOT_THERE"), "the environment variable NOT_THERE is empty"),
        (lambda: from_command("/nowhere/keyring hunter2"), "the command /nowhere/keyring did not give a secret"),
        (
            lambda: from_command(f"{sys.executable} -c 'print(\"hunter2\"); exit(3)'"),
            r"did not give .*\(exit status 3\)",
        ),
        (lambda: from_command("'"), "cannot be read"),
        (lambda: from_command(" "), "is empty"),
    ],
)
def test_a_secret_that_is_not_there_is_told_of_by_its_place(secret: Any, said: str) -> None:
    with pytest.raises(FHIRCaseError, match=said) as caught:
        secret().reveal()
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    ("given", "kind"),
    [({}, type(None)), ({"token-file": "t"}, Bearer), ({"user": "u", "password-file": "p"}, Basic),
     ({"client-id": "c", "client-key": "k"}, Smart)],
)  # fmt: skip
def test_a_login_follows_from_what_is_given(given: dict[str, str], kind: type) -> None:
    assert isinstance(from_settings(given, {}).login(BASE), kind)
    assert isinstance(from_settings({}, given).login(BASE), kind)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"token-file": "t", "user": "u"}, "expected one way of logging in, found token and user"),
        ({"user": "u"}, "a user without a password"),
        ({"user": "a:b", "password-file": "p"}, "cannot hold a colon"),
        ({"client-id": "c"}, "a client-id without a key"),
    ],
)
def test_half_a_login_and_more_than_one_are_refused(given: dict[str, str], said: str) -> None:
    with pytest.raises(FHIRCaseError, match=said):
        from_settings(given, {}).login(BASE)


def test_options_win_over_the_environment_and_that_over_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("option", "file"):
        (tmp_path / name).write_text(name)
    in_file = {"token-file": str(tmp_path / "file"), "scope": "system/*.rs", "trust-origin": ["https://a.example"]}
    in_option = {"token-file": str(tmp_path / "option")}

    def token(*layers: dict[str, Any]) -> str:
        found = from_settings(*layers).token
        return found.reveal() if found else ""

    assert token({}, in_file) == "file"
    assert token(in_option, in_file) == "option"
    monkeypatch.setenv("FHIR_CASE_TOKEN", "environment")
    assert token({}, in_file) == "environment"
    assert token(in_option, in_file) == "option"
    access = from_settings({"client-id": "c", "client-key": "k"}, in_file)
    assert (access.token, access.scope, access.trust_origin) == (None, "system/*.rs", ("https://a.example",))


def settings(folder: Path, text: str) -> Project:
    (folder / "fhir-case.toml").write_text(text, "utf-8")
    return Project.load(folder / "fhir-case.toml")


def test_the_settings_of_a_project_name_the_server_and_files_beside_them(tmp_path: Path) -> None:
    project = settings(
        tmp_path, '[server]\nurl = "http://h/fhir"\nclient-id = "c"\nclient-key = "k.json"\nretry-for = 60\n'
    )
    assert project.server["url"] == "http://h/fhir"
    access = from_settings({}, project.server)
    assert (access.client_key, access.policy.budget) == (str(tmp_path / "k.json"), 60)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[server]\ntoken = "hunter2"', r"toml:2:1: token: a secret does not stand in this file; expected token-file"),
        ('[server]\ntoken-command = "rm -rf hunter2"', "a command does not stand in this file"),
        ('[server]\nadress = "x"', "adress: there is no such setting of a server; expected one of url, "),
        ("[server]\nurl = 7", "url: expected a text"),
        ('[server]\ntrust-origin = "x"', "trust-origin: expected a list"),
        ("[server]\nretry-for = -1", "retry-for: expected seconds"),
        ("server = 7", "expected a section"),
    ],
)
def test_what_is_wrong_in_the_settings_is_told_with_its_line(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(CaseError, match=said) as caught:
        settings(tmp_path, text)
    assert "hunter2" not in str(caught.value)


def test_a_client_logs_in_by_smart(tmp_path: Path) -> None:
    key = ECKey.generate_key("P-384", parameters={"kid": "a"})
    (tmp_path / "key.json").write_text(dumps(key.as_dict(private=True)))
    server = TokenServer(key, scopes="system/*.cruds")

    def answered(request: httpx.Request) -> httpx.Response:
        asked = Request(request.method, str(request.url), (), {"Authorization": request.headers.get("authorization", "")},
                        request.content)  # fmt: skip
        if request.url.path == "/r4/metadata":
            return httpx.Response(200, json=R4)
        said = server(asked)
        return httpx.Response(said.status, headers=dict(said.headers), content=said.body)

    server.now = time.time()
    access = Access(client_id=CLIENT, client_key=tmp_path / "key.json")
    with httpx.Client(transport=httpx.MockTransport(answered)) as http:
        client = FHIRClient(BASE, access=access, client=http)
        assert client.capabilities().fhir_version == "4.0.1"
    assert len(server.tokens) == 1


def test_the_two_clients_have_the_same_surface() -> None:
    def surface(kind: type) -> dict[str, str]:
        return {
            name: str(inspect.signature(member)).replace("Async", "").replace("httpx.Client", "client")
            for name, member in vars(kind).items()
            if inspect.isfunction(member) and (not name.startswith("_") or name == "__init__")
        }

    assert surface(FHIRClient) == surface(AsyncFHIRClient)
    assert all(
        inspect.iscoroutinefunction(member)
        for name, member in vars(AsyncFHIRClient).items()
        if inspect.isfunction(member) and not name.startswith("_")
    )


def test_files_that_are_no_certificates_are_refused(tmp_path: Path) -> None:
    (tmp_path / "x.pem").write_text("no certificate")
    for access, said in (
        (Access(ca=tmp_path / "x.pem"), r"x\.pem \(--ca\) cannot be used"),
        (Access(cert=tmp_path / "x.pem"), r"x\.pem with the key .* cannot be used"),
        (Access(cert=tmp_path / "none.pem"), "cannot be used: No such file"),
    ):
        with pytest.raises(FHIRCaseError, match=said):
            FHIRClient(BASE, access=access)


# --- over real TLS ----------------------------------------------------------------------------------------------------


class Answering(BaseHTTPRequestHandler):
    """A FHIR server that only says that it is one."""

    def do_GET(self) -> None:
        body = dumps(R4).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Nothing."""


class Quiet(ThreadingHTTPServer):
    """Says nothing of clients that leave."""

    def handle_error(self, *_: Any) -> None:
        """Nothing."""


def certified(
    folder: Path, name: str, issuer: tuple[x509.Certificate, ec.EllipticCurvePrivateKey] | None = None
) -> Any:
    """A certificate in `name.pem`, with its key in `name.key`; without an issuer it is a CA's."""
    key = ec.generate_private_key(ec.SECP256R1())
    who = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder().subject_name(who).public_key(key.public_key()).serial_number(x509.random_serial_number())
        .issuer_name(issuer[0].subject if issuer else who)
        .not_valid_before(now - datetime.timedelta(hours=1)).not_valid_after(now + datetime.timedelta(hours=1))
        .add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .sign(issuer[1] if issuer else key, hashes.SHA256())
    )  # fmt: skip
    (folder / f"{name}.pem").write_bytes(made.public_bytes(Encoding.PEM))
    (folder / f"{name}.key").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return made, key


@pytest.fixture
def secured(tmp_path: Path) -> Iterator[str]:
    """A server with a certificate of a CA of its own, which asks for one of that CA."""
    ca = certified(tmp_path, "ca")
    certified(tmp_path, "server", ca)
    certified(tmp_path, "client", ca)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "server.pem", tmp_path / "server.key")
    context.load_verify_locations(tmp_path / "ca.pem")
    context.verify_mode = ssl.CERT_REQUIRED
    with Quiet(("127.0.0.1", 0), Answering) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"https://127.0.0.1:{server.server_port}/fhir"
        server.shutdown()
        thread.join()


def test_a_ca_of_ones_own_and_a_certificate_let_us_in(secured: str, tmp_path: Path) -> None:
    ca, cert, key = tmp_path / "ca.pem", tmp_path / "client.pem", tmp_path / "client.key"
    with FHIRClient(secured, access=Access(ca=ca, cert=cert, cert_key=key)) as client:
        assert client.capabilities().fhir_version == "4.0.1"
    with FHIRClient(secured, access=Access(cert=cert, cert_key=key)) as client:
        with pytest.raises(Unreachable, match=r"the certificate of https://127.* is not trusted here .*CA of your own"):
            client.capabilities()
        assert client.conversation.metrics.requests == 1  # it would not be trusted at another try either
    with (
        FHIRClient(secured, access=Access(ca=ca, retry_for=0)) as client,
        pytest.raises(Unreachable, match="broke off"),
    ):
        client.capabilities()
