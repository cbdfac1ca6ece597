"""The one owner of stdout and stderr: stdout is data, stderr is talk."""

from __future__ import annotations

import contextlib
import sys
import threading
from collections.abc import Sequence
from typing import Any

from ecs_snap_cli.cli.streams import (
    OutputLost,
    guarded,
    is_terminal,
    write_document,
    write_text,
)
from ecs_snap_cli.errors import EcsSnapError
from ecs_snap_cli.events import (
    Cautioned,
    Event,
    RequestEnded,
    Retrying,
    SnapshotCreated,
    SnapshotSeen,
    SnapshotSought,
    Warned,
)
from ecs_snap_cli.redact import redact
from ecs_snap_cli.render.document import Block, Document
from ecs_snap_cli.render.literal import visible

_LAST_WORD_SECONDS = 0.2


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
        self._closed = False
        self._progress: Any = None
        self._last_progress = ""

    def result(self, document: Document) -> None:
        """Write the result on stdout; raises ``OutputLost`` where that cannot be done."""
        self.close_progress()
        with guarded(sys.stdout):
            if self.quiet:
                write_text(sys.stdout, "".join(f"{visible(each)}\n" for each in document.ids))
            else:
                write_document(sys.stdout, document, self.output)
        for line in self._held:
            self._say(line)
        self._held.clear()

    def text_result(self, text: str) -> None:
        """Write a result that is a text of its own, in any format: a completion script."""
        with guarded(sys.stdout):
            write_text(sys.stdout, text)

    def error(self, error: EcsSnapError) -> bool:
        """Write an error on stderr, as text or as one document; whether that could be done."""
        from ecs_snap_cli.render import views

        self.close_progress()
        self._held.clear()
        try:
            write_document(sys.stderr, views.failure(error), self.output)
        except (OSError, ValueError):
            return False
        return True

    def last_resort(self, text: str) -> None:
        """Write on stdout what must not be lost where stderr takes nothing."""
        with contextlib.suppress(OutputLost):
            self.text_result(text)

    def close(self) -> None:
        """Leave the screen in order and nothing for Python to flush in vain."""
        self.close_progress()
        # A call that was left behind may still talk: Python aborts over a thread that holds a
        # stream at its end. One that is stuck in a write is not waited for.
        held = self._lock.acquire(timeout=_LAST_WORD_SECONDS)
        self._closed = True
        if held:
            self._lock.release()
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(OutputLost), guarded(stream):
                if stream is not None:
                    stream.flush()

    def note(self, line: str) -> None:
        """Tell people something that is not the result."""
        if self.output == "table" and not self.quiet:
            self._say(line)

    def detail(self, line: str) -> None:
        """Tell what -v asks for."""
        if self.verbose:
            self._say(line)

    def show(self, blocks: Sequence[Block]) -> None:
        """Show people on stderr what a question is about."""
        with contextlib.suppress(OSError, ValueError):
            write_document(sys.stderr, Document("", {}, blocks), "table")

    def ask(self, text: str) -> None:
        """Write a question of the program's own words, and leave the cursor behind it."""
        with contextlib.suppress(OSError, ValueError):
            write_text(sys.stderr, text)

    def traceback(self, text: str) -> None:
        """Write a traceback that was asked for with --debug."""
        for line in text.rstrip().split("\n"):
            self._say(line)

    def observe(self, event: Event) -> None:
        """Tell what a workflow reports, as far as the options ask for it."""
        match event:
            case RequestEnded():
                self.detail(
                    f"{event.action}: {event.outcome} in {event.seconds * 1000:.0f} ms"
                    + (f" (RequestId {event.request_id})" if event.request_id else "")
                )
            case Retrying():
                self.detail(f"{event.action}: attempt {event.attempt} in {event.seconds:.2f} s")
            case Warned():
                for check in event.checks:
                    self.warn(f"Warning: {check.id}: {check.message}")
            case Cautioned():
                self.warn(f"Warning: {event.message}")
            case SnapshotCreated():
                self.detail(f"Snapshot {event.snapshot_id} of disk {event.disk_id} is ordered.")
            case SnapshotSought():
                self.detail(f"Looking for a new snapshot of disk {event.disk_id}.")
            case SnapshotSeen():
                self._show_progress(event)

    def warn(self, line: str) -> None:
        """Tell what may be amiss; under json and xml only once the result is written."""
        if self.output == "table" or self.verbose:
            self._say(line)
        else:
            self._held.append(line)

    def _show_progress(self, event: SnapshotSeen) -> None:
        """A bar on a terminal, one line a change elsewhere; nothing where it would be noise."""
        if not self.verbose and (self.quiet or self.output != "table"):
            return
        if is_terminal(sys.stderr) and self._advance_bar(event):
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

    def _advance_bar(self, event: SnapshotSeen) -> bool:
        """Whether there is a bar to advance; a terminal too narrow for the ID has none."""
        if self._progress is None:
            from ecs_snap_cli.render.progress import ProgressBar

            if not ProgressBar.fits(sys.stderr, event.snapshot_id):
                return False
            self._progress = ProgressBar(sys.stderr, event.snapshot_id)
        with contextlib.suppress(OSError, ValueError):
            self._progress.advance(event)
        return True

    def close_progress(self) -> None:
        """Take a progress bar off the screen."""
        bar, self._progress = self._progress, None
        if bar is not None:
            with contextlib.suppress(OSError, ValueError):
                bar.close()

    def _say(self, line: str) -> None:
        text = visible(redact(line))
        with self._lock, contextlib.suppress(OSError, ValueError):
            if self._closed:
                return
            if self._progress is not None:
                self._progress.say(text)
            else:
                write_text(sys.stderr, text + "\n")
