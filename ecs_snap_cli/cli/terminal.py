"""The one owner of stdout and stderr: stdout is data, stderr is talk."""

from __future__ import annotations

import contextlib
import importlib
import sys
import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ecs_snap_cli.cli.streams import (
    OutputLost,
    guarded,
    is_terminal,
    renderer,
    write_blocks,
    write_document,
    write_lines,
    write_text,
)
from ecs_snap_cli.errors import EcsSnapError
from ecs_snap_cli.redact import redact
from ecs_snap_cli.render.literal import visible

if TYPE_CHECKING:
    from ecs_snap_cli.cli.watch import Watch
    from ecs_snap_cli.events import Event
    from ecs_snap_cli.render.document import Block, Document

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
        self._watch: Watch | None = None

    def prepare(self, *, watches: bool = False) -> None:
        """Load all that writing a result or an error takes, before anything is done.

        A wait is long, and the program's own files may be gone at its end, as in an upgrade.
        ``watches``: snapshots are waited for.
        """
        names = ["failure", *(renderer(each, self.output) for each in (sys.stdout, sys.stderr))]
        if watches and self.shows_progress and is_terminal(sys.stderr):
            names.append("progress")
        for name in names:
            importlib.import_module(f"ecs_snap_cli.render.{name}")
        if watches:
            importlib.import_module("ecs_snap_cli.cli.watch")

    def result(self, document: Document) -> None:
        """Write the result on stdout; raises ``OutputLost`` where that cannot be done."""
        self.close_progress()
        with guarded(sys.stdout):
            if self.quiet:
                write_lines(sys.stdout, map(visible, document.ids))
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
        self.close_progress()
        self._held.clear()
        try:
            try:
                from ecs_snap_cli.render.failure import failure

                write_document(sys.stderr, failure(error), self.output)
            except ImportError:
                # The program's own files are gone, as in an upgrade: its words are left.
                write_text(sys.stderr, f"Error: {visible(error.message)}\n")
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
            write_blocks(sys.stderr, blocks)

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
        from ecs_snap_cli.cli.telling import tell

        tell(self, event)

    @property
    def shows_progress(self) -> bool:
        """Whether how far a run is would not be noise."""
        return self.verbose or (self.output == "table" and not self.quiet)

    @property
    def watch(self) -> Watch:
        """What people see of a run."""
        from ecs_snap_cli.cli.watch import Watch

        if self._watch is None:
            self._watch = Watch(self._say)
        return self._watch

    def warn(self, line: str) -> None:
        """Tell what may be amiss; under json and xml only once the result is written."""
        if self.output == "table" or self.verbose:
            self._say(line)
        else:
            self._held.append(line)

    def close_progress(self) -> None:
        """Take progress bars off the screen."""
        if self._watch is not None:
            self._watch.close()

    def _say(self, line: str) -> None:
        text = visible(redact(line))
        with self._lock, contextlib.suppress(OSError, ValueError):
            if self._closed:
                return
            if self._watch is None or not self._watch.print_above(text):
                write_text(sys.stderr, text + "\n")
