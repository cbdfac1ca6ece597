"""XML in ECS's own nesting, well-formed whatever a field is called."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecs_snap_cli.render.xml import element


def tree(parent: ET.Element) -> Any:
    """Name and text, or name and children."""
    return parent.tag, [tree(child) for child in parent] or parent.text


def read(name: str, value: Any) -> Any:
    return tree(ET.fromstring(element(name, value)))  # noqa: S314


def test_a_list_under_a_plural_holds_singulars() -> None:
    assert read("Checks", ["a", "b"]) == ("Checks", [("Check", "a"), ("Check", "b")])


def test_a_list_under_a_singular_repeats_it() -> None:
    tags = {"Tag": [{"TagKey": "a", "TagValue": "1"}, {"TagKey": "b", "TagValue": "2"}]}
    first, second = ([("TagKey", key), ("TagValue", value)] for key, value in ("a1", "b2"))
    assert read("Tags", tags) == ("Tags", [("Tag", first), ("Tag", second)])


@pytest.mark.parametrize("tags", [{"Tag": []}, {"Tag": [[]]}, {}, [], None, ""], ids=repr)
def test_no_item_is_no_element(tags: object) -> None:
    assert element("Tags", tags) == "<Tags/>"


def test_items_that_are_nothing_are_elements_all_the_same() -> None:
    assert (
        element("Tags", {"Tag": [None, "", False]}) == "<Tags><Tag/><Tag/><Tag>false</Tag></Tags>"
    )


def test_a_list_in_a_list_is_laid_flat() -> None:
    assert read("Tags", {"Tag": [[1, 2], [3]]}) == (
        "Tags",
        [("Tag", "1"), ("Tag", "2"), ("Tag", "3")],
    )


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("SnapshotId", "SnapshotId"),
        ("a-b.c_9", "a-b.c_9"),
        ("_x", "_x"),
        ("", "_"),
        ("a b", "a_x0020_b"),
        ("9a", "_x0039_a"),
        ("-a", "_x002d_a"),
        (".a", "_x002e_a"),
        ("a:b", "a_x003a_b"),
        ("a>b</x>", "a_x003e_b_x003c__x002f_x_x003e_"),
        ("标签", "_x6807__x7b7e_"),
        ("😀", "_x1f600_"),
        ("a\x1b", "a_x001b_"),
        ("a\n", "a_x000a_"),
        ("a\ud800", "a_xd800_"),
        ("٣a", "_x0663_a"),
    ],
    ids=ascii,
)
def test_what_no_element_can_be_called_is_spelled_out(name: str, shown: str) -> None:
    assert read("Root", {name: "x"}) == ("Root", [(shown, "x")])


ANY_TEXT = st.text(st.characters(exclude_categories=()))
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | ANY_TEXT,
    lambda inner: st.lists(inner) | st.dictionaries(ANY_TEXT, inner),
    max_leaves=20,
)


@settings(deadline=None)
@given(ANY_JSON)
def test_xml_of_any_json_is_well_formed(value: object) -> None:
    assert ET.fromstring(element("Root", {"Snapshots": value})).tag == "Root"  # noqa: S314
