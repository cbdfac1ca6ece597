"""Each served action declares the parameters that the official SDK has for it, and no other."""

from collections.abc import Iterator

import pytest
from alibabacloud_ecs20140526 import models

from ecs_snap_cli.sandbox.actions import ACTIONS
from ecs_snap_cli.sandbox.actions.action import COMMON_PARAMETERS, COMMON_UNSUPPORTED
from tests.sandbox.shapes import sample

# What ECS takes besides: the spelling of old, and objects that a client sends as one JSON text.
BESIDES = {"Tag.N.key", "Tag.N.value", "Features"}


def names(value: object) -> Iterator[str]:
    """The parameters that a model's map is sent as, lists as `.N`: `.Tag.N.Key`."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from (f".{key}{rest}" for rest in names(inner))
    elif isinstance(value, list):
        yield from (f".N{rest}" for rest in names(value[0]))
    else:
        yield ""


def of_the_sdk(action: str) -> set[str]:
    request = sample(getattr(models, f"{action}Request"))
    return {name.removeprefix(".") for name in names(request.to_map())}


def test_the_models_are_read_to_the_last_field():
    assert of_the_sdk("DeleteSnapshot") >= {"SnapshotId", "Force", "OwnerId"}
    nested = {"DiskDeviceMapping.N.SnapshotId", "Tag.N.Key", "Features.ImdsSupport"}
    assert of_the_sdk("CreateImage") >= nested
    assert "TagFilter.N.TagValues.N" in of_the_sdk("ListTagResources")


@pytest.mark.parametrize("name", ACTIONS)
def test_an_action_has_the_parameters_of_the_sdk(name):
    action = ACTIONS[name]
    groups = (action.supported, action.only_false, action.unsupported)
    declared = frozenset().union(*groups)
    assert sum(map(len, groups)) == len(declared), "a parameter is in two of the groups"
    common = COMMON_PARAMETERS | COMMON_UNSUPPORTED
    assert not declared & common
    known = of_the_sdk(name)
    assert known - common - declared - {action.region_parameter} == set()
    assert declared - known - BESIDES == set()
    assert action.region_parameter in known | COMMON_PARAMETERS


@pytest.mark.parametrize("name", ACTIONS)
def test_what_is_declared_is_taken_and_what_is_not_supported_is_refused(raw, name):
    """By name alone, before any value is looked at."""
    action = ACTIONS[name]
    for form in action.unsupported:
        reply = raw.call(name, {form.replace(".N", ".1"): "x"})
        assert (reply.status, reply.code) == (400, "UnsupportedParameter"), form
    for form in action.only_false:
        reply = raw.call(name, {form: "true"})
        assert (reply.status, reply.code) == (400, "UnsupportedParameter"), form
