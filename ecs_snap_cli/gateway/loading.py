"""The SDK, imported without what no call of this program uses.

Imported the plain way, the official client brings in a thousand modules of request and response
models, of which a run uses about ten, and what only its asynchronous methods, RAM roles, RSA keys,
XML answers and web sockets need: three quarters of the time to the first request, and a third of
the memory. Here each of these is loaded when something asks for it. All code that runs is the SDK's
own, unmodified. Whatever looks unlike the versions that this was written for is imported plainly.
"""

from __future__ import annotations

import importlib
import importlib.util
import re
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

_CLIENT = "alibabacloud_ecs20140526.client"
_MODELS = "alibabacloud_ecs20140526.models"
# What is imported anew when the first attempt met a surprise: all that may hold a stand-in.
_SDK = (
    "alibabacloud_ecs20140526",
    "alibabacloud_tea_openapi",
    "alibabacloud_credentials",
    "alibabacloud_credentials_api",
    "alibabacloud_gateway_spi",
    "darabonba",
    "Tea",
    "requests",
    "urllib3",
)
# What the SDK, and the libraries below it, import at their top and only some of their methods use:
# no synchronous call of ECS with a key does.
_LATER = (
    "aiofiles",
    "aiohttp",
    "alibabacloud_tea_openapi.websocket_utils",
    "apscheduler.schedulers.background",
    "asyncio",
    "charset_normalizer",
    "configparser",
    "cryptography.hazmat.primitives",
    "cryptography.hazmat.primitives.asymmetric",
    "cryptography.hazmat.primitives.serialization",
    "darabonba.utils.xml",
    "darabonba.websocket",
    "email.header",
    "http.cookies",
    "idna",
    "importlib.metadata",
    "subprocess",
    "textwrap",
    "zipfile",
)
# All that the package of models consists of before its ``__all__``.
_IMPORTS_ALONE = re.compile(
    r"(?:(?:from \.\w++ import \w++|from __future__ import annotations|#[^\n]*+)?\n)*+"
)


def load() -> None:
    """Import the SDK's client, unless it is imported already."""
    if _CLIENT in sys.modules:
        return
    before = set(sys.modules)
    try:
        with _deferred(), warnings.catch_warnings():
            # requests misses the version of a library that is not there yet.
            warnings.simplefilter("ignore")
            _put_in_place(_models_on_demand())
            importlib.import_module(_CLIENT)
    except Exception:
        # Slower, and the same in all else.
        for name in set(sys.modules) - before:
            if name.partition(".")[0] in _SDK:
                del sys.modules[name]
        importlib.import_module(_CLIENT)


@contextmanager
def _deferred() -> Iterator[None]:
    """Give whoever imports one of ``_LATER`` in the block a module that loads it when used."""
    stand_ins = [_StandIn(name) for name in _LATER if name not in sys.modules]
    sys.modules.update((each.__name__, each) for each in stand_ins)
    try:
        yield
    finally:
        for each in stand_ins:
            if sys.modules.get(each.__name__) is each:
                del sys.modules[each.__name__]


class _StandIn(ModuleType):
    """A module that is loaded when an attribute of it is used.

    What is taken from it while it stands in ``sys.modules``, by ``from m import name`` or in an
    annotation, is a stand-in as well.
    """

    def __getattr__(self, name: str) -> Any:
        if sys.modules.get(self.__name__) is not self:
            return getattr(importlib.import_module(self.__name__), name)
        if name.startswith("__"):
            raise AttributeError(name)
        return _Attribute(self.__name__, name)


class _Attribute:
    """A class, a function or a submodule of a module that is loaded when it is used."""

    def __init__(self, module: str, name: str):
        self._home = module, name

    def _real(self) -> Any:
        module, name = self._home
        found = importlib.import_module(module)
        if type(found) is _StandIn:
            raise ImportError(f"{module}.{name} is used while the SDK is imported")
        try:
            return getattr(found, name)
        except AttributeError:
            return importlib.import_module(f"{module}.{name}")

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._real()(*args, **kwargs)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real(), name)

    def __instancecheck__(self, instance: object) -> bool:
        return isinstance(instance, self._real())

    def __mro_entries__(self, bases: object) -> tuple[Any, ...]:
        return (self._real(),)


def _put_in_place(package: ModuleType) -> None:
    parent, _, name = package.__name__.rpartition(".")
    sys.modules[package.__name__] = package
    setattr(importlib.import_module(parent), name, package)


def _models_on_demand() -> ModuleType:
    """The SDK's package of models, each of which is loaded when it is asked for.

    The client asks for models as attributes of their package. Raises ``ImportError`` where the
    package does more than import them.
    """
    spec = importlib.util.find_spec(_MODELS)
    if spec is None or spec.origin is None:
        raise ImportError(f"{_MODELS} is not found")
    with open(spec.origin, encoding="utf-8") as file:
        source = file.read().partition("\n__all__")[0] + "\n"
    if not _IMPORTS_ALONE.fullmatch(source):
        raise ImportError(f"{_MODELS} does more than import")
    package = importlib.util.module_from_spec(spec)

    def load_one(name: str) -> object:
        end = source.find(f" import {name}\n")
        if end < 0:
            raise AttributeError(f"module {_MODELS!r} has no attribute {name!r}")
        home = source[source.rfind("from ", 0, end) + len("from ") : end]
        model = getattr(importlib.import_module(f"{_MODELS}{home}"), name)
        setattr(package, name, model)
        return model

    package.__dict__["__getattr__"] = load_one
    return package
