"""The SDK's models, each loaded when it is asked for.

Importing the official client imports a thousand modules of models, of which a run of this program
uses about ten: that took a third of the time to the first request. The client asks for models as
attributes of their package, so a package in its place can load them one by one. They are the
SDK's own, unmodified; on any surprise the SDK is left to itself.
"""

from __future__ import annotations

import importlib
import importlib.util
import re
import sys
from pathlib import Path
from types import ModuleType

_PACKAGE = "alibabacloud_ecs20140526.models"
# What the package consists of, in every version that this program is used with.
_IMPORT = re.compile(r"from \.(\w+) import (\w+)")
_OTHER = re.compile(r"\s*(#.*|from __future__ import annotations)?")


def install() -> None:
    """Put the package that loads on demand in the place of the SDK's, unless that is loaded."""
    if _PACKAGE in sys.modules:
        return
    try:
        package = _on_demand()
    except Exception:
        # Slower, and the same in all else.
        return
    parent, _, name = _PACKAGE.rpartition(".")
    sys.modules[_PACKAGE] = package
    setattr(importlib.import_module(parent), name, package)


def _on_demand() -> ModuleType:
    spec = importlib.util.find_spec(_PACKAGE)
    if spec is None or spec.origin is None:
        raise ImportError(f"{_PACKAGE} is not found")
    homes = _homes(Path(spec.origin).read_text(encoding="utf-8"))
    package = importlib.util.module_from_spec(spec)

    def load(name: str) -> object:
        if name not in homes:
            raise AttributeError(f"module {_PACKAGE!r} has no attribute {name!r}")
        model = getattr(importlib.import_module(f"{_PACKAGE}.{homes[name]}"), name)
        setattr(package, name, model)
        return model

    package.__dict__["__getattr__"] = load
    package.__dict__["__all__"] = list(homes)
    return package


def _homes(source: str) -> dict[str, str]:
    """The module of each model. Raises ``ValueError`` where the package does more than import."""
    homes = {}
    for line in source.partition("\n__all__")[0].splitlines():
        if match := _IMPORT.fullmatch(line):
            homes[match[2]] = match[1]
        elif not _OTHER.fullmatch(line):
            raise ValueError(line)
    return homes
