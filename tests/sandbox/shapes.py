"""What the official SDK's models say of requests and of answers."""

import typing
from collections.abc import Iterator

from alibabacloud_ecs20140526 import models
from darabonba.model import DaraModel


def sample(kind: typing.Any) -> typing.Any:
    """A value of a type that the SDK's models use, with something in every field."""
    if typing.get_origin(kind) is list:
        return [sample(typing.get_args(kind)[0])]
    if isinstance(kind, type) and issubclass(kind, DaraModel):
        # Annotations are texts there, of names that the module knows.
        hints = typing.get_type_hints(kind.__init__)
        return kind(**{field: sample(of) for field, of in hints.items() if field != "return"})
    return {bool: True, float: 1.0, int: 1, str: "x"}[kind]


def misfits(action: str, body: object) -> list[str]:
    """What of an answer's body is not as the SDK's model of it has it, by name or by type."""
    model = getattr(models, f"{action}ResponseBody")
    return list(_misfits(body, sample(model).to_map(), action))


def _misfits(answer: object, known: object, where: str) -> Iterator[str]:
    if isinstance(answer, dict) and isinstance(known, dict):
        for name, value in answer.items():
            if name in known:
                yield from _misfits(value, known[name], f"{where}.{name}")
            else:
                yield f"{where} has no {name}"
    elif isinstance(answer, list) and isinstance(known, list):
        for item in answer:
            yield from _misfits(item, known[0], f"{where}[]")
    elif type(answer) is not type(known) and (type(answer), type(known)) != (int, float):
        yield f"{where} is {type(answer).__name__}, not {type(known).__name__}"
