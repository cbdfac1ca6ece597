"""Any number of records in as much memory as a few."""

from __future__ import annotations

import marshal
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from itertools import islice
from tempfile import SpooledTemporaryFile
from typing import Self

from ecs_snap_cli.errors import EcsSnapError
from ecs_snap_cli.model import JsonObject

# About a thousand snapshots; a list that is no longer touches no disk.
IN_MEMORY_BYTES = 2**20
# Records that are written at once.
_PIECE = 100


class Spool:
    """Records that can be counted and gone through any number of times, until it is closed.

    A long list lies in a temporary file without a name, which nobody else can open (mode 0600)
    and which is gone when the process is, however that ends. Raises ``EcsSnapError`` where the
    file cannot be written or read, and whatever ends ``records`` early.
    """

    def __init__(self, records: Iterable[JsonObject]) -> None:
        self._file = SpooledTemporaryFile(IN_MEMORY_BYTES)  # noqa: SIM115 (it outlives this)
        self._count = 0
        self._sizes: list[int] = []
        left = iter(records)
        try:
            while piece := list(islice(left, _PIECE)):
                # Of values that JSON was read as; it takes a quarter of the time of JSON itself.
                written = marshal.dumps(piece)
                with _explained():
                    self._file.write(written)
                self._count += len(piece)
                self._sizes.append(len(written))
            with _explained():
                self._file.flush()
        except BaseException:
            self.close()
            raise

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[JsonObject]:
        position = 0
        for size in self._sizes:
            with _explained():
                # Another pass may be under way.
                self._file.seek(position)
                written = self._file.read(size)
            yield from marshal.loads(written)  # noqa: S302 (nobody else can write it)
            position += size

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *problem: object) -> None:
        self.close()

    def close(self) -> None:
        """Give the memory and the disk back."""
        with suppress(OSError):
            self._file.close()


@contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise EcsSnapError(
            "The list could not be kept in a temporary file until it is complete "
            f"({error.strerror or error}).",
            hint="Set TMPDIR to a directory with enough room, or narrow the list.",
        ) from error
