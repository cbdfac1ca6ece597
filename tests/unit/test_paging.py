"""Every page is followed, and no endpoint can keep the program busy for ever."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice
from typing import Any

import pytest

from ecs_snap_cli.errors import ExitCode, Unavailable
from ecs_snap_cli.gateway import paging
from ecs_snap_cli.model import Unknown


class Endpoint:
    """Answers with the pages given, by token or by number, and keeps what was asked."""

    def __init__(self, answer: Any) -> None:
        self._answer = answer
        self.asked: list[dict[str, Any]] = []

    def __call__(self, **page: Any) -> dict[str, Any]:
        self.asked.append(page)
        assert len(self.asked) <= 300, "it goes round in circles"
        answer: dict[str, Any] = self._answer(**page)
        return answer

    def read(self) -> list[dict[str, Any]] | Unknown:
        return paging.all_records(self, "Things", "Thing", "ThingId", "DescribeThings")


def body(ids: list[Any], **more: Any) -> dict[str, Any]:
    return {"Things": {"Thing": [{"ThingId": each} for each in ids]}, **more}


def names(count: int, start: int = 0) -> list[str]:
    return [f"t-{number}" for number in range(start, start + count)]


def found_ids(endpoint: Endpoint) -> list[Any]:
    found = endpoint.read()
    assert not isinstance(found, Unknown)
    return [each["ThingId"] for each in found]


@pytest.mark.parametrize("last", [{}, {"NextToken": ""}, {"NextToken": None}], ids=str)
def test_one_page_is_one_request_for_a_full_page(last: dict[str, Any]) -> None:
    endpoint = Endpoint(lambda **page: body(["a", "b"], **last))
    assert found_ids(endpoint) == ["a", "b"]
    assert endpoint.asked == [{"max_results": 100}]


def test_tokens_are_followed_to_the_end() -> None:
    pages = {
        None: body(names(100), NextToken="two"),
        "two": body(names(100, 100), NextToken="three"),
        "three": body([], NextToken="four"),
        "four": body(names(3, 200)),
    }
    endpoint = Endpoint(lambda max_results, next_token=None: pages[next_token])
    assert found_ids(endpoint) == names(203)
    assert [each.get("next_token") for each in endpoint.asked] == [None, "two", "three", "four"]


@pytest.mark.parametrize(
    ("next_token", "pages"),
    [
        (lambda asked: "same", 2),
        (lambda asked: f"t-{len(asked) % 3}", 4),
        (lambda asked: f"t-{len(asked)}", 11),
    ],
    ids=["the same", "in a circle", "always new"],
)
def test_tokens_that_never_end_are_unavailable(next_token: Any, pages: int) -> None:
    endpoint = Endpoint(lambda **page: body(["a"], NextToken=next_token(endpoint.asked)))
    with pytest.raises(Unavailable, match="DescribeThings") as refused:
        endpoint.read()
    assert refused.value.exit_code is ExitCode.UNAVAILABLE
    assert len(endpoint.asked) == pages


def test_tokens_that_never_end_are_unavailable_though_each_page_is_new(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(paging, "MOST_PAGES", 50)
    endpoint = Endpoint(
        lambda **page: body([f"n-{len(endpoint.asked)}"], NextToken=f"t-{len(endpoint.asked)}")
    )
    with pytest.raises(Unavailable):
        endpoint.read()
    assert len(endpoint.asked) <= 52


@pytest.mark.parametrize("things", [{}, {"Things": None}, {"Things": {"Thing": None}}], ids=str)
def test_a_list_that_is_left_out_is_empty_unless_it_is_counted(things: dict[str, Any]) -> None:
    for count in ({}, {"TotalCount": 0}, {"TotalCount": None}):
        assert found_ids(Endpoint(lambda count=count, **page: things | count)) == []
    assert isinstance(Endpoint(lambda **page: things | {"TotalCount": 70}).read(), Unknown)


def numbered(total: int, *, first: int, reported: int | None = None) -> Endpoint:
    """An endpoint without tokens: it gives ``first`` records unless asked by page number."""
    every = names(total)

    def answer(**page: Any) -> dict[str, Any]:
        count = total if reported is None else reported
        if "page_number" not in page:
            return body(every[:first], TotalCount=count)
        start = (page["page_number"] - 1) * page["page_size"]
        return body(every[start : start + page["page_size"]], TotalCount=count)

    return Endpoint(answer)


@pytest.mark.parametrize("total", [11, 100, 101, 200, 250])
def test_page_numbers_are_used_where_there_is_no_token_but_more_is_promised(total: int) -> None:
    endpoint = numbered(total, first=10)
    assert found_ids(endpoint) == names(total)
    pages = -(-total // 100)
    assert [each.get("page_number") for each in endpoint.asked] == [None, *range(1, pages + 1)]
    assert {each["page_size"] for each in endpoint.asked[1:]} == {100}


def test_an_exact_total_asks_for_nothing_more() -> None:
    endpoint = numbered(10, first=10)
    assert found_ids(endpoint) == names(10)
    assert len(endpoint.asked) == 1


@pytest.mark.parametrize("total", [0, -5, 1, None, "many", "", True, [], {}, 4.5], ids=repr)
def test_a_total_that_means_nothing_is_harmless(total: object) -> None:
    endpoint = Endpoint(lambda **page: body(["a", "b"], TotalCount=total))
    assert found_ids(endpoint) == ["a", "b"]
    assert len(endpoint.asked) == 1


@pytest.mark.parametrize("total", [3, 150, 5_000, "5000", 10**9])
def test_records_that_are_counted_but_never_listed_are_not_all_known(total: object) -> None:
    endpoint = Endpoint(lambda **page: body(["a", "b"], TotalCount=total))
    assert isinstance(endpoint.read(), Unknown)
    assert len(endpoint.asked) <= 2


def test_a_total_that_is_too_large_ends_at_the_first_page_that_is_empty() -> None:
    endpoint = numbered(100, first=10, reported=10**9)
    assert isinstance(endpoint.read(), Unknown)
    assert len(endpoint.asked) <= 3


@pytest.mark.parametrize("total", [101, 150, 10**9])
def test_an_endpoint_that_gives_the_same_full_page_for_every_number_ends(total: int) -> None:
    endpoint = Endpoint(lambda **page: body(names(100), TotalCount=total))
    assert isinstance(endpoint.read(), Unknown)
    assert len(endpoint.asked) <= 5


def test_records_that_go_while_the_pages_are_read_are_not_missed() -> None:
    def answer(**page: Any) -> dict[str, Any]:
        if page.get("page_number", 1) == 1:
            return body(names(100), TotalCount=150)
        return body(names(49, 100), TotalCount=149)

    assert found_ids(Endpoint(answer)) == names(149)


def test_a_total_beside_tokens_is_not_believed() -> None:
    pages = {None: body(["a"], NextToken="two", TotalCount=10**9), "two": body(["b"], TotalCount=9)}
    endpoint = Endpoint(lambda max_results, next_token=None: pages[next_token])
    assert found_ids(endpoint) == ["a", "b"]
    assert len(endpoint.asked) == 2


def test_a_record_that_comes_twice_counts_once() -> None:
    pages = {None: body(["a", "b", "a"], NextToken="two"), "two": body(["b", "c"])}
    endpoint = Endpoint(lambda max_results, next_token=None: pages[next_token])
    assert found_ids(endpoint) == ["a", "b", "c"]


def test_a_record_that_is_counted_twice_is_all_there() -> None:
    endpoint = Endpoint(lambda **page: body(["a", "b", "a"], TotalCount=3))
    assert found_ids(endpoint) == ["a", "b"]
    assert len(endpoint.asked) == 1


def told(thing: str, **fields: object) -> dict[str, Any]:
    return {"ThingId": thing, **fields}


def test_what_two_records_of_one_id_say_differently_is_not_known() -> None:
    pages = {
        None: [told("a", Status="new", Size=1), told("b", Status="old"), told("c", Status="new")],
        "two": [told("c", Status="old"), told("a", Status="new", Size=2), told("b", Status="old")],
    }

    def answer(max_results: int, next_token: str | None = None) -> dict[str, Any]:
        token = None if next_token else "two"
        return {"Things": {"Thing": pages[next_token]}, "NextToken": token}

    assert Endpoint(answer).read() == [
        told("a", Status="new", Size=None),
        told("b", Status="old"),
        told("c", Status=None),
    ]


@pytest.mark.parametrize(
    "token",
    [["two"], {"a": 1}, True, False, "two\udc80", "two\r\n", "数", " ", "x" * 10_000],
    ids=lambda value: ascii(value)[:20],
)
def test_a_token_that_is_not_understood_is_not_the_end(token: object) -> None:
    endpoint = Endpoint(lambda **page: body(["a"], NextToken=token))
    assert isinstance(endpoint.read(), Unknown)
    assert len(endpoint.asked) == 1


def test_a_token_may_have_come_as_a_number() -> None:
    pages = {None: body(["a"], NextToken=7), "7": body(["b"])}
    endpoint = Endpoint(lambda max_results, next_token=None: pages[next_token])
    assert found_ids(endpoint) == ["a", "b"]


def test_a_record_without_an_id_does_not_count_twice_where_the_pages_begin_anew() -> None:
    endpoint = Endpoint(lambda **page: body([None, "a"], TotalCount=3))
    assert isinstance(endpoint.read(), Unknown)
    every = [None, *names(20)]

    def answer(**page: Any) -> dict[str, Any]:
        return body(every if "page_number" in page else every[:10], TotalCount=21)

    assert found_ids(Endpoint(answer)) == every


def test_records_without_an_id_all_count() -> None:
    pages = {None: body([None, ""], NextToken="two"), "two": body([None, "a"])}
    endpoint = Endpoint(lambda max_results, next_token=None: pages[next_token])
    assert found_ids(endpoint) == [None, "", None, "a"]


@pytest.mark.parametrize("odd", [{"Things": []}, {"Things": {"Thing": ["a"]}}], ids=str)
def test_a_page_that_is_not_understood_makes_the_whole_unknown(odd: dict[str, Any]) -> None:
    second = {None: body(["a"], NextToken="two"), "two": odd}
    assert isinstance(Endpoint(lambda **page: odd).read(), Unknown)
    by_token = Endpoint(lambda max_results, next_token=None: second[next_token])
    assert isinstance(by_token.read(), Unknown)
    by_number = Endpoint(lambda **page: odd if "page_number" in page else body([], TotalCount=5))
    assert isinstance(by_number.read(), Unknown)


def test_what_a_request_raises_goes_on() -> None:
    def fail(**page: Any) -> dict[str, Any]:
        raise Unavailable("No answer.")

    with pytest.raises(Unavailable, match=r"^No answer\.$"):
        Endpoint(fail).read()


def by_token() -> Endpoint:
    pages = {None: body(names(100), NextToken="two"), "two": body(names(100, 100))}
    return Endpoint(lambda max_results, next_token=None: pages[next_token])


@pytest.mark.parametrize(
    ("wanted", "requests"), [(1, 1), (100, 1), (101, 2), (200, 2)], ids=lambda value: str(value)
)
@pytest.mark.parametrize("endpoint", [by_token, lambda: numbered(200, first=100)], ids=["t", "n"])
def test_no_page_is_asked_for_before_it_is_needed(
    endpoint: Callable[[], Endpoint], wanted: int, requests: int
) -> None:
    asked = endpoint()
    records = paging.each_record(asked, "Things", "Thing", "ThingId", "DescribeThings")
    assert asked.asked == []
    assert [each["ThingId"] for each in islice(records, wanted)] == names(wanted)
    assert len(asked.asked) == requests


def test_a_page_that_is_not_understood_is_unavailable_to_who_reads_one_by_one() -> None:
    endpoint = Endpoint(lambda **page: {"Things": "none"})
    records = paging.each_record(endpoint, "Things", "Thing", "ThingId", "DescribeThings")
    with pytest.raises(paging.NotUnderstood, match="not understood") as refused:
        next(records)
    assert refused.value.exit_code is ExitCode.UNAVAILABLE
    assert refused.value.hint
