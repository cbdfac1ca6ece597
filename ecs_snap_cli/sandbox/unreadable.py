"""Requests that waitress gives up on before it has read them: errors as ECS has them."""

from typing import Any

from waitress.task import ErrorTask

from .dispatch import new_request_id, refused
from .errors import ApiError
from .request import Request
from .wsgi import reply_of


class UnreadableTask(ErrorTask):  # type: ignore[misc]  # waitress has no types
    """waitress's task for what is not HTTP, or too large; the connection is closed behind it."""

    def execute(self) -> None:
        """Answer with the status that waitress has for it, in the form that the client asks for."""
        problem = self.request.error
        # ECS documents no code for any of these.
        code = problem.reason.replace(" ", "")
        why = f"The sandbox cannot read the request: {problem.body}."
        reply = reply_of(
            refused(ApiError(problem.code, code, why), _so_far(self.request), new_request_id())
        )
        self.status = f"{reply.status} {problem.reason}"
        self.response_headers.extend(reply.headers)
        self.set_close_on_finish()
        self.content_length = len(reply.body)
        self.write(b"" if getattr(self.request, "command", "") == "HEAD" else reply.body)


def _so_far(parser: Any) -> Request:
    """What is known of the request; of one whose first line is odd nothing is."""
    return Request(
        method=getattr(parser, "command", ""),
        path="/",
        query=getattr(parser, "query", ""),
        headers={name.replace("_", "-").lower(): value for name, value in parser.headers.items()},
        body=b"",
    )
