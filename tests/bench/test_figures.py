"""What the benchmark makes of its samples."""

from __future__ import annotations

import pytest

from bench_lib.bench import Finding
from bench_lib.figures import Row, Samples, against, cpu_per_disk, duration, memory, table, verdict
from bench_lib.lists import LISTED
from bench_lib.main import report


@pytest.mark.parametrize(
    ("value", "bar", "better", "words"),
    [
        (1.2, 1.5, 1.2, "better"),
        (1.2001, 1.5, 1.2, "met"),
        (1.5, 1.5, 1.2, "met"),
        # Shown as 1.50, and missed all the same.
        (1.5001, 1.5, 1.2, "missed"),
        (1.0, 1.5, None, "met"),
        (9.0, None, None, ""),
    ],
)
def test_a_verdict_is_of_the_figure_as_measured(
    value: float, bar: float | None, better: float | None, words: str
) -> None:
    assert verdict(value, bar, better) == words


def test_a_ratio_is_that_of_the_medians_and_not_of_the_means() -> None:
    row = against("x", Samples((0.3, 0.1, 9.0)), Samples((0.2, 0.1, 0.4)), duration, 2.0, 1.0)
    assert row.value == pytest.approx(1.5)
    assert row.verdict == "met"
    assert row.ours == "300 ms (100 ms–9.00 s)"


def test_what_a_disk_costs_is_counted_round_by_round() -> None:
    each = cpu_per_disk(Samples((3.0, 5.0, 4.0)), Samples((1.4, 1.8, 2.0)), 800)
    assert each.values == pytest.approx((0.002, 0.004, 0.0025))
    assert each.median == pytest.approx(0.0025)


def test_rounds_that_do_not_match_are_not_compared() -> None:
    with pytest.raises(ValueError, match="shorter"):
        Samples((1.0, 2.0)).less(Samples((1.0,)))


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.00123, "1.23 ms"), (0.0456, "45.6 ms"), (0.9994, "999 ms"), (12.345, "12.35 s")],
)
def test_durations_are_read_by_people(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_memory_is_told_in_mebibytes() -> None:
    assert memory(51_200) == "50.0 MiB"


def test_the_table_has_a_cell_for_each_head() -> None:
    rows = [
        Row("a", "1", "2", 0.5, 1.0, 0.6),
        Row("b", "1", "2", 3.14159, 4.0, 2.0, "ms"),
        Row("c", "1", "2", 7.0),
    ]
    lines = table(rows).splitlines()
    assert {line.count("|") for line in lines} == {8}
    assert lines[2:] == [
        "| a | 1 | 2 | 0.50 x | 1 x | 0.6 x | better |",
        "| b | 1 | 2 | 3.14 ms | 4 ms | 2 ms | met |",
        "| c | 1 | 2 | 7.00 x |  |  |  |",
    ]


def test_the_report_says_once_what_two_items_say() -> None:
    text = report([("CPU", "one")], [Finding([], ["left out"]), Finding([], ["left out", "more"])])
    assert text.count("left out") == 1
    assert text.endswith("- more\n")
    assert "- CPU: one\n" in text


@pytest.mark.parametrize(
    ("form", "out"),
    [
        ("json", '{"Snapshots": [{"SnapshotId": "s-1"}, {"SnapshotId": "s-2"}]}'),
        ("table", "SnapshotId  DiskId\ns-1  d-1\ns-2  d-1\n"),
        ("xml", "<Snapshot><SnapshotId>s-1</SnapshotId><SnapshotId>s-2</SnapshotId></Snapshot>"),
    ],
)
def test_listed_snapshots_are_counted_in_every_format(form: str, out: str) -> None:
    assert LISTED[form](out) == 2
