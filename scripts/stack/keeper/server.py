"""
Serves MiniStack's application with uvicorn instead of hypercorn: uvicorn reads HTTP with a parser in
C (httptools), and its event loop (uvloop) is in C, too. An answer's head and body are sent in one
piece.
"""

import asyncio
import sys

import hypercorn.asyncio
import uvicorn
import uvloop
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

#: The seconds for which an idle connection stays open, as in MiniStack.
KEEP_ALIVE = 75
#: The seconds that requests have to end after the signal to stop, as in MiniStack.
LAST_REQUESTS = 3
#: A thread gives way to others after this many seconds. Python's default of 0.005 would let the
#: threads of functions delay each answer.
SWITCH_INTERVAL = 0.0005


class _InOnePiece:
    """A transport that sends at once what is written in one turn of the event loop."""

    def __init__(self, transport: asyncio.Transport):
        self._transport = transport
        self._pieces: list[bytes] = []

    def __getattr__(self, name: str):
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        if not self._pieces:
            asyncio.get_running_loop().call_soon(self._send)
        self._pieces.append(data)

    def close(self) -> None:
        self._send()
        self._transport.close()

    def _send(self) -> None:
        if self._pieces:
            self._transport.write(b"".join(self._pieces))
            self._pieces.clear()


class _Protocol(HttpToolsProtocol):
    def connection_made(self, transport: asyncio.Transport) -> None:
        super().connection_made(_InOnePiece(transport))


async def serve(app, config) -> None:
    """Serves the application at the first address of hypercorn's configuration, until a signal ends it."""
    host, port = config.bind[0].rsplit(":", 1)
    settings = uvicorn.Config(
        app,
        host=host,
        port=int(port),
        http=_Protocol,
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        date_header=False,
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=LAST_REQUESTS,
        timeout_keep_alive=KEEP_ALIVE,
    )
    await uvicorn.Server(settings).serve()


def use_uvicorn() -> None:
    """Replaces the function that MiniStack imports from hypercorn when it starts."""
    hypercorn.asyncio.serve = serve
    asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())
    sys.setswitchinterval(SWITCH_INTERVAL)
