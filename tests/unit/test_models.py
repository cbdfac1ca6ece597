"""The SDK's models on demand are the SDK's models."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from ecs_snap_cli.gateway import models
from tests.conftest import bare_environment

_TELL = """
import json, sys
{prepare}
import alibabacloud_ecs20140526.client
from alibabacloud_ecs20140526 import models
loaded = sum(name.startswith("alibabacloud_ecs20140526.models.") for name in sys.modules)
names = [each if isinstance(each, str) else each.__name__ for each in models.__all__]
homes = {{name: getattr(models, name).__module__ for name in names}}
print(json.dumps([loaded, homes]))
"""


def told(prepare: str) -> tuple[int, dict[str, str]]:
    """How many modules of models the client's import loads, and where each model comes from."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", _TELL.format(prepare=prepare)],
        env=bare_environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    loaded, homes = json.loads(done.stdout)
    return loaded, homes


def test_they_are_the_same_and_none_is_loaded_before_its_time() -> None:
    plain, plain_homes = told("")
    on_demand, homes = told("from ecs_snap_cli.gateway import models; models.install()")
    assert plain > 1000
    assert on_demand == 0
    assert homes == plain_homes


def test_a_package_that_does_more_than_import_is_left_alone() -> None:
    assert models._homes("# x\n\nfrom ._a import A\nfrom ._a import ATag\n") == {
        "A": "_a",
        "ATag": "_a",
    }
    with pytest.raises(ValueError, match="patch"):
        models._homes("from ._a import A\nA.patch()\n")


def test_on_a_surprise_the_sdk_is_left_to_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    def surprise(source: str) -> dict[str, str]:
        raise ValueError("odd")

    monkeypatch.setattr(models, "_homes", surprise)
    monkeypatch.delitem(sys.modules, models._PACKAGE, raising=False)
    models.install()
    assert models._PACKAGE not in sys.modules
