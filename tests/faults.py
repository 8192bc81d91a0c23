"""A proxy that stands before a real server on loopback and makes things go wrong, request by request.

What goes wrong is a function of the request, so that a seed says it all. Everything is over TCP, so that the client
meets what it would meet: a refusal, a reset, half an answer, none.
"""

from __future__ import annotations

import asyncio
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from fhir_case.json import dumps, loads


@dataclass(frozen=True, slots=True)
class Seen:
    """A request as the proxy sees it."""

    number: int
    """From 1, counted over all connections."""
    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def writes(self) -> bool:
        """It is a transaction or batch, or a single write."""
        return self.method in ("PUT", "DELETE", "PATCH") or (self.method == "POST" and "_search" not in self.path)

    @property
    def bundle(self) -> Any:
        """Its body."""
        return loads(self.body) if self.body else None


@dataclass(frozen=True, slots=True)
class Fault:
    """What goes wrong with one request."""

    kind: str
    """`reset-before`, `reset-during`, `cut-off`, `lost` (the server acts, no answer comes), `unread` (the request never
    reaches it), `answer` (one of the proxy's own), `entry` (one entry of a batch is answered for the server)."""
    status: int = 503
    body: bytes = b"<html><body>Service unavailable</body></html>"
    headers: tuple[tuple[str, str], ...] = (("Content-Type", "text/html"),)


RESET_BEFORE, RESET_DURING, CUT_OFF, LOST, UNREAD = (
    Fault(kind) for kind in ("reset-before", "reset-during", "cut-off", "lost", "unread")
)


def answering(status: int, *headers: tuple[str, str], body: bytes | None = None) -> Fault:
    """The proxy's own answer, as gateways give them."""
    held = b"<html><body>no</body></html>" if body is None else body
    return Fault("answer", status, held, (("Content-Type", "text/html"), *headers))


Decide = Callable[[Seen], Fault | None]


class FaultProxy:
    """Listens on a port of its own until `close`; `down()` makes it refuse connections, `up()` ends that."""

    def __init__(self, upstream: str, decide: Decide) -> None:
        parts = urlsplit(upstream)
        self._host, self._port, self._path = parts.hostname, parts.port, parts.path
        self.decide = decide
        self.after: Callable[[Seen], None] = lambda seen: None
        """Called once the server has answered, before the client is."""
        self.seen: list[Seen] = []
        self._lock = threading.Lock()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self.port = 0
        self._open: set[asyncio.StreamWriter] = set()
        self.up()

    @property
    def base(self) -> str:
        """The address that clients are given."""
        return f"http://127.0.0.1:{self.port}{self._path}"

    def up(self) -> None:
        """Listen (again, on the same port)."""
        self._server = self._do(asyncio.start_server(self._serve, "127.0.0.1", self.port))
        self.port = self._server.sockets[0].getsockname()[1]

    def down(self) -> None:
        """Refuse connections, and reset those there are, as a server that was killed does."""

        async def stop() -> None:
            self._server.close()
            for writer in list(self._open):
                _reset(writer)

        self._do(stop())

    def close(self) -> None:
        """The end."""
        self.down()

        async def rest() -> None:
            left = [one for one in asyncio.all_tasks() if one is not asyncio.current_task()]
            for one in left:
                one.cancel()
            await asyncio.gather(*left, return_exceptions=True)

        self._do(rest())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._loop.close()

    def _do(self, what: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(what, self._loop).result(10)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        try:
            while (request := await _read(reader)) is not None:
                head, headers, body = request
                method, target, _ = head.split(" ", 2)
                with self._lock:
                    seen = Seen(len(self.seen) + 1, method, target, headers, body)
                    self.seen.append(seen)
                fault = await asyncio.to_thread(self.decide, seen)
                if not await self._one(seen, fault, writer):
                    break
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            self._open.discard(writer)
            writer.close()

    async def _one(self, seen: Seen, fault: Fault | None, writer: asyncio.StreamWriter) -> bool:
        """One request; whether the connection is still good."""
        if fault is not None and fault.kind in ("reset-before", "unread"):
            _reset(writer) if fault.kind == "reset-before" else writer.close()
            return False
        if fault is not None and fault.kind == "answer":
            writer.write(_response(fault.status, fault.headers, fault.body))
            await writer.drain()
            return True
        body, left_out = _without_one(seen) if fault is not None and fault.kind == "entry" else (seen.body, None)
        answer = await self._forward(seen, body)
        await asyncio.to_thread(self.after, seen)
        if left_out is not None:
            answer = _with_one(answer, left_out, fault)
        if fault is not None and fault.kind == "lost":
            writer.close()
            return False
        if fault is not None and fault.kind in ("reset-during", "cut-off"):
            writer.write(answer[: max(1, len(answer) * 2 // 3)])
            await writer.drain()
            _reset(writer) if fault.kind == "reset-during" else writer.close()
            return False
        writer.write(answer)
        await writer.drain()
        return True

    async def _forward(self, seen: Seen, body: bytes) -> bytes:
        reader, writer = await asyncio.open_connection(self._host, self._port)
        kept = {k: v for k, v in seen.headers.items() if k not in ("connection", "content-length", "accept-encoding")}
        kept |= {"connection": "close", "content-length": str(len(body))}
        lines = "".join(f"{name}: {value}\r\n" for name, value in kept.items())
        writer.write(f"{seen.method} {seen.path} HTTP/1.1\r\n{lines}\r\n".encode() + body)
        await writer.drain()
        raw = await reader.read()
        writer.close()
        return _whole(raw)


def _reset(writer: asyncio.StreamWriter) -> None:
    """Close with RST, as a crash does (SO_LINGER with no time)."""
    held = writer.get_extra_info("socket")
    if held is not None:
        held.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


async def _read(reader: asyncio.StreamReader) -> tuple[str, dict[str, str], bytes] | None:
    try:
        raw = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        return None
    head, *lines = raw.decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines if line)}
    return head, headers, await reader.readexactly(int(headers.get("content-length", 0)))


def _whole(raw: bytes) -> bytes:
    """The server's answer with its length stated: it may have come in chunks."""
    head, _, body = raw.partition(b"\r\n\r\n")
    lines = head.decode("latin-1").split("\r\n")
    headers = [
        line
        for line in lines[1:]
        if line.split(":")[0].lower() not in ("connection", "transfer-encoding", "content-length")
    ]
    if any(line.lower().startswith("transfer-encoding: chunked") for line in lines[1:]):
        body = b"".join(_chunks(body))
    text = "\r\n".join([lines[0], *headers, f"Content-Length: {len(body)}"])
    return text.encode("latin-1") + b"\r\n\r\n" + body


def _chunks(body: bytes) -> Iterator[bytes]:
    while body:
        size, _, body = body.partition(b"\r\n")
        length = int(size.split(b";")[0], 16)
        if not length:
            return
        yield body[:length]
        body = body[length + 2 :]


def _response(status: int, headers: tuple[tuple[str, str], ...], body: bytes) -> bytes:
    lines = [f"HTTP/1.1 {status} No", *(f"{name}: {value}" for name, value in headers), f"Content-Length: {len(body)}"]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def _without_one(seen: Seen) -> tuple[bytes, int | None]:
    """The batch without its last entry."""
    bundle = seen.bundle
    if not isinstance(bundle, dict) or bundle.get("type") != "batch" or not bundle.get("entry"):
        return seen.body, None
    return dumps({**bundle, "entry": bundle["entry"][:-1]}).encode(), len(bundle["entry"]) - 1


def _with_one(answer: bytes, place: int, fault: Fault | None) -> bytes:
    head, _, body = answer.partition(b"\r\n\r\n")
    bundle = loads(body)
    entries = [*bundle.get("entry", ())]
    entries.insert(place, {"response": {"status": f"{fault.status if fault else 429} Too Many Requests"}})
    made = dumps({**bundle, "entry": entries}).encode()
    lines = [line for line in head.split(b"\r\n") if not line.lower().startswith(b"content-length")]
    return b"\r\n".join([*lines, f"Content-Length: {len(made)}".encode()]) + b"\r\n\r\n" + made


@contextmanager
def proxied(upstream: str, decide: Decide = lambda seen: None) -> Iterator[FaultProxy]:
    """A proxy before a server, for as long as the block lasts."""
    proxy = FaultProxy(upstream, decide)
    try:
        yield proxy
    finally:
        proxy.close()
