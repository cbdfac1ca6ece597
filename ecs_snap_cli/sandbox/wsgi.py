"""Between WSGI and the sandbox's own request and answer."""

import json
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any

from .request import Answer, Request

Environ = dict[str, Any]
StartResponse = Callable[[str, list[tuple[str, str]]], object]
Application = Callable[[Environ, StartResponse], Iterable[bytes]]


def application(answer: Callable[[Request], Answer]) -> Application:
    """A WSGI application that answers every request by `answer`."""

    def serve(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        request = _request(environ)
        answered = answer(request)
        body = json.dumps(answered.body, ensure_ascii=False, separators=(",", ":")).encode()
        start_response(
            f"{answered.status} {HTTPStatus(answered.status).phrase}",
            [
                ("Content-Type", "application/json;charset=utf-8"),
                ("Content-Length", str(len(body))),
                ("x-acs-request-id", answered.request_id),
            ],
        )
        return [] if request.method == "HEAD" else [body]

    return serve


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
