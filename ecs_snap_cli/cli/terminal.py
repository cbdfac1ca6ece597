"""The one owner of stdout and stderr: stdout is data, stderr is talk."""

from __future__ import annotations

import contextlib
import os
import sys
import threading
from collections.abc import Sequence
from typing import Any, TextIO

from ecs_snap_cli.errors import EcsSnapError
from ecs_snap_cli.events import (
    Event,
    RequestEnded,
    Retrying,
    SnapshotCreated,
    SnapshotSeen,
    Warned,
)
from ecs_snap_cli.render.document import Block, Document


class Terminal:
    """Writes one command's result, warnings, progress and error.

    ``output``: table, json or xml. Under json and xml a command that fails writes nothing but
    its error document, so warnings are held back until it is known to have succeeded.
    """

    def __init__(
        self, output: str = "table", *, quiet: bool = False, verbose: bool = False
    ) -> None:
        self.output = output
        self.quiet = quiet
        self.verbose = verbose
        self._held: list[str] = []
        self._lock = threading.Lock()
        self._progress: Any = None
        self._last_progress = ""

    def result(self, document: Document) -> None:
        """Write the result on stdout; raises ``EcsSnapError`` where that cannot be done."""
        self.close_progress()
        try:
            self._write_result(document)
        except (OSError, ValueError) as error:
            _abandon(sys.stdout)
            raise EcsSnapError(
                f"The result could not be written on stdout ({_reason(error)}).",
                hint="What was done stays done: see above for what exists.",
            ) from error
        for line in self._held:
            self._say(line)
        self._held.clear()

    def error(self, error: EcsSnapError) -> None:
        """Write an error on stderr, as text or as one document."""
        from ecs_snap_cli.render import views

        self.close_progress()
        self._held.clear()
        document = views.failure(error)
        with contextlib.suppress(OSError, ValueError):
            if self.output == "table":
                _print_text(_open(sys.stderr), document.blocks)
            else:
                self._say(_serialized(document, self.output))

    def traceback(self, text: str) -> None:
        """Write a traceback that was asked for with --debug."""
        self._say(text.rstrip())

    def observe(self, event: Event) -> None:
        """Tell what a workflow reports, as far as the options ask for it."""
        match event:
            case RequestEnded():
                self._talk(
                    f"{event.action}: {event.outcome} in {event.seconds * 1000:.0f} ms"
                    + (f" (RequestId {event.request_id})" if event.request_id else "")
                )
            case Retrying():
                self._talk(f"{event.action}: attempt {event.attempt} in {event.seconds:.2f} s")
            case Warned():
                for check in event.checks:
                    self._warn(f"Warning: {check.id}: {check.message}")
            case SnapshotCreated():
                self._talk(f"Snapshot {event.snapshot_id} of disk {event.disk_id} is ordered.")
            case SnapshotSeen():
                self._show_progress(event)

    def _talk(self, line: str) -> None:
        if self.verbose:
            self._say(line)

    def _warn(self, line: str) -> None:
        if self.output == "table" or self.verbose:
            self._say(line)
        else:
            self._held.append(line)

    def _show_progress(self, event: SnapshotSeen) -> None:
        """A bar on a terminal, one line a change elsewhere; nothing where it would be noise."""
        if not self.verbose and (self.quiet or self.output != "table"):
            return
        if is_terminal(sys.stderr):
            self._advance_bar(event)
            return
        state = "not listed yet"
        if event.snapshot is not None:
            state = event.snapshot.status or "no status"
            if event.snapshot.progress is not None:
                state += f" {event.snapshot.progress}%"
        line = f"Snapshot {event.snapshot_id}: {state}"
        if line != self._last_progress:
            self._last_progress = line
            self._say(line)

    def _advance_bar(self, event: SnapshotSeen) -> None:
        if self._progress is None:
            from ecs_snap_cli.render.progress import ProgressBar

            self._progress = ProgressBar(sys.stderr)
        self._progress.advance(event)

    def close_progress(self) -> None:
        """Take a progress bar off the screen."""
        if self._progress is not None:
            self._progress.close()
            self._progress = None

    def _say(self, line: str) -> None:
        from ecs_snap_cli.render.literal import visible

        text = "\n".join(visible(part) for part in line.split("\n"))
        with self._lock, contextlib.suppress(OSError, ValueError, AttributeError):
            stream = self._progress.stream if self._progress is not None else _open(sys.stderr)
            stream.write(text + "\n")
            stream.flush()

    def _write_result(self, document: Document) -> None:
        stream = _open(sys.stdout)
        if self.quiet:
            _write(stream, "".join(f"{each}\n" for each in document.ids))
        elif self.output == "table":
            _print_text(stream, document.blocks)
        else:
            _write(stream, _serialized(document, self.output) + "\n")

    def write_raw(self, text: str) -> None:
        """Write a result that is a text of its own: a completion script."""
        _write(_open(sys.stdout), text)


def is_terminal(stream: TextIO | None) -> bool:
    """Whether a person looks at the stream, on a terminal that can move its cursor."""
    with contextlib.suppress(ValueError, OSError):
        return stream is not None and stream.isatty() and os.environ.get("TERM") != "dumb"
    return False


def _print_text(stream: TextIO, blocks: Sequence[Block]) -> None:
    if is_terminal(stream):
        from ecs_snap_cli.render.terminal import console, print_blocks

        print_blocks(console(stream), blocks)
        stream.flush()
    else:
        from ecs_snap_cli.render.plain import plain

        _write(stream, plain(blocks))


def _serialized(document: Document, output: str) -> str:
    if output == "xml":
        from ecs_snap_cli.render.xml import element

        return element(document.root, document.data)
    from ecs_snap_cli.render.literal import to_json

    data: Any = document.data
    return to_json({document.json_key: data} if document.json_key else data)


def _open(stream: TextIO | None) -> TextIO:
    """The stream, able to take any text; raises ``OSError`` for one that was closed."""
    if stream is None:
        raise OSError("it is closed")
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(errors="backslashreplace")
    return stream


def _write(stream: TextIO, text: str) -> None:
    stream.write(text)
    stream.flush()


def _abandon(stream: TextIO | None) -> None:
    """Point a broken stdout at nothing, or Python complains of it when the program ends."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        devnull = os.open(os.devnull, os.O_WRONLY)
        os.dup2(devnull, stream.fileno() if stream is not None else 1)
        os.close(devnull)


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error)
