"""The one error of the API: an HTTP status, a code and a message."""


class ApiError(Exception):
    """A refusal to be answered to the client: HTTP status, ECS error code, plain message.

    `denied` is what ECS tells of a right that is missing, its AccessDeniedDetail.
    """

    def __init__(
        self, status: int, code: str, message: str, denied: dict[str, object] | None = None
    ) -> None:
        super().__init__(f"{code}: {message}")
        self.status = status
        self.code = code
        self.message = message
        self.denied = denied

    def body(self, request_id: str, host_id: str) -> dict[str, object]:
        """The JSON object that ECS answers with: RequestId, HostId, Code, Message, Recommend."""
        detail = {} if self.denied is None else {"AccessDeniedDetail": self.denied}
        return {
            "RequestId": request_id,
            "HostId": host_id,
            "Code": self.code,
            "Message": self.message,
            "Recommend": f"https://api.alibabacloud.com/troubleshoot?q={self.code}&product=Ecs",
            **detail,
        }


def missing_parameter(name: str) -> ApiError:
    """A mandatory parameter that is absent or empty."""
    return ApiError(400, "MissingParameter", f"The parameter {name} is mandatory for this action.")


def invalid_parameter(name: str, why: str) -> ApiError:
    """A value that does not have the form the parameter asks for; `why` is a clause."""
    return ApiError(400, "InvalidParameter", f"The parameter {clip(name)} is not valid: {why}.")


def unsupported_parameter(name: str) -> ApiError:
    """A parameter that ECS has and the sandbox would have to ignore, so it refuses instead."""
    return ApiError(
        400,
        "UnsupportedParameter",
        f"ECS has the parameter {clip(name)} here, but this sandbox does not act upon it.",
    )


def incomplete_signature(what: str) -> ApiError:
    """A request that is not signed as the protocol asks; `what` is a clause."""
    return ApiError(400, "IncompleteSignature", f"The request is not signed completely: {what}.")


def clip(text: str, limit: int = 100) -> str:
    """`text` from a client, short enough to be quoted in a message."""
    return text if len(text) <= limit else text[:limit] + "..."
