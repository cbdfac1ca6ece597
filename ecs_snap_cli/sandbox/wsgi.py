"""Between WSGI and the sandbox's own request and answer."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from waitress.utilities import build_http_date

from .rendering import render
from .request import Answer, Request

Environ = dict[str, Any]
StartResponse = Callable[[str, list[tuple[str, str]]], object]
Application = Callable[[Environ, StartResponse], Iterable[bytes]]


@dataclass(frozen=True, slots=True)
class Reply:
    """What goes over the wire; a `body` shorter than its told `length` breaks off in the middle."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    length: int | None = None


Respond = Callable[[Request, Environ], Reply]


def application(respond: Respond, date: Callable[[], float]) -> Application:
    """A WSGI application that replies to every request by `respond`, dated in seconds by `date`."""

    def serve(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        request = _request(environ)
        reply = respond(request, environ)
        length = len(reply.body) if reply.length is None else reply.length
        start_response(
            f"{reply.status} {_phrase(reply.status)}",
            [
                *reply.headers,
                ("Content-Length", str(length)),
                ("Date", build_http_date(date())),
            ],
        )
        return [] if request.method == "HEAD" else [reply.body]

    return serve


def reply_of(answer: Answer) -> Reply:
    """An answer as ECS sends it."""
    content_type, body = render(answer)
    headers = (("Content-Type", content_type), ("x-acs-request-id", answer.request_id))
    return Reply(answer.status, headers, body)


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unassigned"


def _request(environ: Environ) -> Request:
    headers = {
        name[5:].replace("_", "-").lower(): value
        for name, value in environ.items()
        if name.startswith("HTTP_")
    }
    for name in ("CONTENT_TYPE", "CONTENT_LENGTH"):
        if name in environ:
            headers[name.replace("_", "-").lower()] = environ[name]
    return Request(
        method=environ["REQUEST_METHOD"],
        path=_raw_path(environ["REQUEST_URI"]),
        query=environ["QUERY_STRING"],
        headers=headers,
        body=environ["wsgi.input"].read(),
    )


def _raw_path(uri: str) -> str:
    """The path as sent: WSGI's own is decoded, and the signature covers the encoded one."""
    target = uri.partition("?")[0]
    if "://" in target:
        return "/" + target.partition("://")[2].partition("/")[2]
    return target
