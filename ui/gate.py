"""Who may reach the pages: everything is refused unless a rule lets it through.

Streamlit alone protects none of its routes, so this stands in front of all of them: the pages,
uploads, media and the socket. Today it knows one visitor, the local identity. Signing in will
stand in `_identity_refusal`, the only place that decides who somebody is.
"""

from collections.abc import Iterable
from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from settings import settings

OPEN_PATHS = frozenset({"/healthz"})  # says only that the process answers
LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})
ANY_ADDRESS = frozenset({"", "0.0.0.0", "::"})  # noqa: S104  listens everywhere, names nobody
READING = frozenset({"GET", "HEAD", "OPTIONS"})
REFUSED_SOCKET = 4403
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    # Nothing may be fetched from elsewhere: analysts' data, and a hostile cell that
    # becomes an image, stay inside. Streamlit's own scripts need 'unsafe-inline' and WebAssembly.
    "Content-Security-Policy": (
        "default-src 'self'; script-src 'self' 'unsafe-inline' 'wasm-unsafe-eval' blob:; "
        "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; "
        "connect-src 'self' data: blob:; worker-src 'self' blob:; object-src 'none'; "
        "base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
    ),
}


class Gate:
    """ASGI middleware: judges each request and socket before anything behind it sees it."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        refusal = refusal_of(scope)
        if refusal is None:
            await self.app(scope, receive, _with_headers(send))
        elif scope["type"] == "websocket":
            await receive()  # the connect message; closing before accepting answers HTTP 403
            await send({"type": "websocket.close", "code": REFUSED_SOCKET, "reason": refusal[1]})
        else:
            status, sentence = refusal
            answer = PlainTextResponse(sentence, status_code=status)
            await answer(scope, receive, _with_headers(send))


def refusal_of(scope: Scope) -> tuple[int, str] | None:
    """Return (HTTP status, sentence) when a request may not pass, None when it may."""
    if scope["type"] not in ("http", "websocket"):
        return 403, "This kind of connection is not served."
    if scope["type"] == "http" and scope["path"] in OPEN_PATHS:
        return None
    headers = Headers(scope=scope)
    return _host_refusal(headers) or _origin_refusal(scope, headers) or _identity_refusal(scope)


def _host_refusal(headers: Headers) -> tuple[int, str] | None:
    # A foreign name that resolves to this machine is how a web page of somebody else
    # would read ours (DNS rebinding).
    if _names(headers.getlist("host")) <= _own_names() and len(headers.getlist("host")) == 1:
        return None
    return 403, "This address is not known here. Set TOUCHSTONE_PUBLIC_HOST to the name you type."


def _origin_refusal(scope: Scope, headers: Headers) -> tuple[int, str] | None:
    socket = scope["type"] == "websocket"
    if not socket and scope["method"] in READING:
        return None
    origins = headers.getlist("origin")
    if not origins:
        # Browsers always name the origin of a socket; a script that posts need not.
        foreign = socket or headers.get("sec-fetch-site", "same-origin") not in _SAME
    else:
        foreign = len(origins) > 1 or not _is_ours(origins[0], headers.get("host", ""))
    return (403, "Requests from other sites are refused.") if foreign else None


_SAME = frozenset({"same-origin", "none"})


def _is_ours(origin: str, host: str) -> bool:
    parts = urlsplit(origin)
    if parts.scheme not in ("http", "https"):
        return False
    public = settings.public_host.lower()
    return parts.netloc.lower() == host.lower() or (
        public != "" and public in (parts.netloc.lower(), (parts.hostname or ""))
    )


def _identity_refusal(scope: Scope) -> tuple[int, str] | None:
    if settings.trust_network or _is_loopback(scope):
        return None
    return 401, "Touchstone lets in visitors from this machine only."


def _is_loopback(scope: Scope) -> bool:
    client = scope.get("client")
    if not client:
        return False
    try:
        address = ip_address(client[0])
    except ValueError:
        return False
    return (getattr(address, "ipv4_mapped", None) or address).is_loopback


def _own_names() -> frozenset[str]:
    return LOOPBACK_NAMES | (_names([settings.host, settings.public_host]) - ANY_ADDRESS)


def _names(hosts: Iterable[str]) -> frozenset[str]:
    return frozenset(_name_of(host) for host in hosts)


def _name_of(host: str) -> str:
    """Return the name in a Host header without its port; the header itself when it has none."""
    try:
        bare = host if host.count(":") > 1 and not host.startswith("[") else None
        return (bare or urlsplit(f"//{host}").hostname or "").lower().rstrip(".")
    except ValueError:
        return host


def _with_headers(send: Send) -> Send:
    async def send_with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers[name] = value
        await send(message)

    return send_with_headers
