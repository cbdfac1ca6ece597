"""Every item by the name that ``bench/run`` takes, in the order of the report."""

from __future__ import annotations

from collections.abc import Callable

from bench_lib import batches, creates, lists, loads, starts
from bench_lib.bench import Bench, Finding

ITEMS: dict[str, Callable[[Bench], Finding]] = {
    "start": starts.start,
    "help": starts.helps,
    "create": creates.create,
    "batch": batches.batch,
    "disk-cpu": batches.disk_cpu,
    "list": lists.listing,
    "fleet": batches.fleet,
    "load": loads.load,
}
