"""Any number of snapshots in as much memory as a few."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from tempfile import SpooledTemporaryFile
from typing import Self

from ecs_snap_cli.errors import EcsSnapError
from ecs_snap_cli.gateway import decode
from ecs_snap_cli.model import Snapshot

# About a thousand snapshots; a list that is no longer touches no disk.
IN_MEMORY_BYTES = 2**20
_PIECE_BYTES = 64 * 1024


class Spool:
    """Snapshots that can be counted and gone through any number of times, until it is closed.

    A long list lies in a temporary file without a name, which nobody else can open (mode 0600)
    and which is gone when the process is, however that ends. Raises ``EcsSnapError`` where the
    file cannot be written or read, and whatever ends ``snapshots`` early.
    """

    def __init__(self, snapshots: Iterable[Snapshot]) -> None:
        self._file = SpooledTemporaryFile(IN_MEMORY_BYTES)  # noqa: SIM115 (it outlives this)
        self._count = 0
        try:
            for snapshot in snapshots:
                line = f"{json.dumps(snapshot.record)}\n".encode()
                with _explained():
                    self._file.write(line)
                self._count += 1
            with _explained():
                self._file.flush()
        except BaseException:
            self.close()
            raise

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[Snapshot]:
        position = 0
        while True:
            with _explained():
                # Another pass may be under way.
                self._file.seek(position)
                lines = self._file.readlines(_PIECE_BYTES)
            if not lines:
                return
            for line in lines:
                yield decode.snapshot(json.loads(line))
            position += sum(map(len, lines))

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
