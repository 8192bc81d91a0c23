"""Packages from a registry that speaks npm's protocol (https://packages.fhir.org, https://registry.npmjs.org).

Nothing here opens a connection: `fetched` yields a `Request` and is sent an `Answer`, until it returns.
https://github.com/npm/registry/blob/main/docs/responses/package-metadata.md
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin, urlsplit

import msgspec

from fhir_case.definitions.cache import PackageCache
from fhir_case.definitions.names import PackageName, checked
from fhir_case.definitions.resolving import CUMULATIVE, EMBEDDED, stand_in
from fhir_case.definitions.versions import fits, order
from fhir_case.issues import DefinitionError, Issue, Refused, ServerError, Unreachable

REGISTRY = "https://packages.fhir.org"
_METADATA = "application/json"
_HOPS = 5
_MOST = 200


@dataclass(frozen=True, slots=True)
class Request:
    """A GET that somebody has to make."""

    url: str
    accept: str = "*/*"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of it; status 0: nothing came, and `reason` says why. Names of headers in lower case."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Fetched:
    """The packages that are in the cache now, the one asked for first, and what could not be had."""

    packages: tuple[PackageName, ...]
    issues: tuple[Issue, ...]


Asking = Generator[Request, Answer, Any]


def fetched(wanted: PackageName, cache: PackageCache, registry: str = REGISTRY) -> Generator[Request, Answer, Fetched]:
    """Bring a package and what it depends on into the cache; what is there already is not fetched again.

    A dependency that can't be had is noted, and the rest goes on. Where the package itself can't: raises `DefinitionError`
    when there is no such thing, or what came is wrong, and `ServerError` when the registry fails.
    """
    first = yield from _one(wanted, cache, registry)
    done: dict[PackageName, None] = {first: None}
    asked: set[PackageName] = {wanted, first}
    issues: list[Issue] = []
    todo = _dependencies(first, cache, issues)
    while todo and len(asked) < _MOST:
        of, one = todo.pop(0)
        if one in asked:
            continue
        asked.add(one)
        try:
            name = yield from _dependency(one, cache, registry)
        except (DefinitionError, ServerError) as error:
            issues.append(Issue("package-missing", f"{of} depends on {one}: {error}", "information"))
            continue
        if one.version and fits(name.version, one.version) != 3:
            said = f"{of} depends on {one}, which can't be had; {name.version} stands in for it"
            issues.append(Issue("package-version", said, "information"))
        if name not in done:
            done[name] = None
            todo += _dependencies(name, cache, issues)
    return Fetched(tuple(done), tuple(issues))


def _dependency(wanted: PackageName, cache: PackageCache, registry: str) -> Generator[Request, Answer, PackageName]:
    """A dependency into the cache: itself, or another version that does for it. Raises as `_one` does."""
    try:
        return (yield from _one(wanted, cache, registry))
    except (DefinitionError, ServerError):
        there = stand_in(wanted, cache)
        if there is not None:
            return there
        if not wanted.name.startswith(CUMULATIVE):
            raise
        newest = yield from _one(PackageName(wanted.name), cache, registry)
        if newest.order < wanted.order:
            raise
        return newest


def _dependencies(name: PackageName, cache: PackageCache, issues: list[Issue]) -> list[tuple[PackageName, PackageName]]:
    made = []
    for other, version in cache.open(name).dependencies.items():
        try:
            if other not in EMBEDDED:
                made.append((name, checked(other, version)))
        except DefinitionError as error:
            issues.append(Issue("package-missing", f"a dependency of {name} can't be used: {error}", "information"))
    return made


def _one(wanted: PackageName, cache: PackageCache, registry: str) -> Generator[Request, Answer, PackageName]:
    """One package into the cache."""
    here = cache.newest(wanted.name, wanted.version) if wanted.version else None
    if here is not None and here.version == wanted.version:
        return here
    if wanted.version in ("current", "dev") or wanted.version.startswith("current$"):
        raise DefinitionError(
            f"{wanted} is a build that changes from day to day, which no registry has; "
            "fetch its package.tgz from build.fhir.org and add that file"
        )
    if wanted.name in EMBEDDED:
        raise DefinitionError(f"{wanted.name} need not be fetched: FHIR R4 itself is built in")
    try:
        answer = yield from _get(
            Request(f"{registry.rstrip('/')}/{wanted.name}", _METADATA), f"looking up {wanted.name}"
        )
    except (DefinitionError, ServerError):
        if here is None:
            raise
        return here  # a range that what is here answers
    version, about = _chosen(answer.body, wanted)
    name = checked(wanted.name, version)
    if cache.newest(name.name, name.version) == name:
        return name
    dist = about.get("dist")
    dist = dist if isinstance(dist, dict) else {}
    place = dist.get("tarball")
    if not isinstance(place, str):
        raise DefinitionError(f"the registry names no file of {name}")
    archive = yield from _get(Request(_address(place, registry)), f"fetching {name}")
    _same(archive.body, dist, name)
    return cache.add(archive.body, name)


def _get(request: Request, what: str) -> Generator[Request, Answer, Answer]:
    """The answer, redirects followed. Raises `DefinitionError` when there is nothing, `ServerError` for other failures."""
    for _ in range(_HOPS):
        answer = yield request
        if answer.status in (301, 302, 303, 307, 308) and answer.headers.get("location"):
            request = Request(_address(answer.headers["location"], request.url), request.accept)
            continue
        if 200 <= answer.status < 300:
            return answer
        if answer.status == 0:
            raise Unreachable(f"{what}: {answer.reason or 'no answer came'}")
        if answer.status in (404, 405, 410):
            raise DefinitionError(f"{what}: the registry does not have it ({request.url}: {answer.status})")
        raise Refused(f"{what}: the registry refused ({request.url}: {answer.status})", status=answer.status)
    raise Refused(f"{what}: more than {_HOPS} redirects, the last to {request.url}")


def _address(place: str, base: str) -> str:
    """An address relative to another; nothing but the web, and nothing less safe than where we came from."""
    address = urljoin(base if base.endswith("/") else base + "/", place)
    scheme = urlsplit(address).scheme
    if scheme not in ("http", "https"):
        raise DefinitionError(f"the registry leads to {address[:120]}; expected an address on the web")
    if scheme == "http" and urlsplit(base).scheme == "https":
        address = "https" + address[4:]  # packages.fhir.org has named its files without s
    return address


def _chosen(body: bytes, wanted: PackageName) -> tuple[str, dict[str, Any]]:
    """The version that answers what was asked for, and what the registry says of it."""
    try:
        about = msgspec.json.decode(body, type=dict[str, Any])
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise DefinitionError(f"the registry's answer on {wanted.name} is not JSON") from None
    versions = about.get("versions")
    versions = {a: b for a, b in versions.items() if isinstance(b, dict)} if isinstance(versions, dict) else {}
    if not wanted.version:
        tags = about.get("dist-tags")
        latest = tags.get("latest") if isinstance(tags, dict) else None
        if isinstance(latest, str) and latest in versions:
            return latest, versions[latest]
    fitting = [one for one in versions if not wanted.version or one == wanted.version or fits(one, wanted.version) == 3]
    if not fitting:
        known = sorted(versions, key=order)
        raise DefinitionError(f"the registry has no version {wanted.version} of {wanted.name}; "
                              + (f"it has {', '.join(known[-6:])}" if known else "it has none at all"))  # fmt: skip
    best = max(fitting, key=lambda one: (one == wanted.version, "-" not in one, order(one)))
    return best, versions[best]


def _same(content: bytes, dist: dict[str, Any], name: PackageName) -> None:
    """The content is what the registry said it would be. Raises `DefinitionError` when it is not, or nothing was said."""
    for stated in str(dist.get("integrity") or "").split():
        kind, _, text = stated.partition("-")
        if kind in ("sha512", "sha384", "sha256"):
            try:
                expected = base64.b64decode(text.partition("?")[0], validate=True)
            except binascii.Error:
                raise DefinitionError(f"the registry's checksum of {name} can't be read") from None
            if hashlib.new(kind, content).digest() != expected:
                raise DefinitionError(f"what came as {name} is not what the registry announced ({kind} differs)")
            return
    shasum = dist.get("shasum")
    if not isinstance(shasum, str) or not shasum:
        raise DefinitionError(
            f"the registry gives no checksum of {name}, so what came can't be told from something else"
        )
    # npm's older checksum: it finds what broke on the way, not who means harm
    if hashlib.sha1(content, usedforsecurity=False).hexdigest() != shasum.lower():
        raise DefinitionError(f"what came as {name} is not what the registry announced (sha1 differs)")
