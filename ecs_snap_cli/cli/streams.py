"""Writing documents on stdout and stderr, whatever those are connected to."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, TextIO

from ecs_snap_cli.errors import EcsSnapError
from ecs_snap_cli.redact import without_secrets
from ecs_snap_cli.render.document import Block, Document, Paragraph

# What a stream that cannot hold a character writes in its place, so that each format stays
# readable and well-formed. JSON has no such handler: it is written in ASCII then.
_REPLACEMENTS = {"table": "backslashreplace", "json": "strict", "xml": "xmlcharrefreplace"}


class OutputLost(EcsSnapError):
    """stdout took no more; ``reader_left`` is a pipe whose reader has seen enough."""

    def __init__(self, error: Exception) -> None:
        super().__init__(
            f"The result could not be written on stdout ({_reason(error)}).",
            hint="Check the disk, or the pipe, that stdout leads to.",
        )
        self.reader_left = isinstance(error, BrokenPipeError)


@contextmanager
def guarded(stream: TextIO | None) -> Iterator[None]:
    """Turns whatever goes wrong in writing to ``stream`` into ``OutputLost``."""
    try:
        yield
    except (OSError, ValueError) as error:
        _abandon(stream)
        raise OutputLost(error) from error


def _abandon(stream: TextIO | None) -> None:
    """Point a broken stream at nothing, or Python exits with 120 over it in the end."""
    if stream is None:
        return
    with contextlib.suppress(OSError, ValueError):
        devnull = os.open(os.devnull, os.O_WRONLY)
        os.dup2(devnull, stream.fileno())
        os.close(devnull)


def is_terminal(stream: TextIO | None) -> bool:
    """Whether a person looks at the stream, on a terminal that can move its cursor."""
    with contextlib.suppress(ValueError, OSError):
        return stream is not None and stream.isatty() and os.environ.get("TERM") != "dumb"
    return False


def write_text(stream: TextIO | None, text: str) -> None:
    """Write a text and flush it."""
    stream = _open(stream, "table")
    stream.write(without_secrets(text))
    stream.flush()


def write_document(stream: TextIO | None, document: Document, output: str) -> None:
    """Write a document as ``table``, ``json`` or ``xml`` and flush it."""
    stream = _open(stream, output)
    if output == "table":
        _print_blocks(stream, document.blocks)
    else:
        stream.write(without_secrets(_serialized(document, output, stream.encoding)) + "\n")
        stream.flush()


def _print_blocks(stream: TextIO, blocks: Sequence[Block]) -> None:
    if is_terminal(stream):
        from ecs_snap_cli.render.terminal import console, print_blocks

        print_blocks(console(stream), [_without_secrets(block) for block in blocks])
        stream.flush()
    else:
        from ecs_snap_cli.render.plain import plain

        write_text(stream, plain(blocks))


def _without_secrets(block: Block) -> Block:
    """Before it is wrapped to a terminal's width, which may cut a secret in two."""
    if isinstance(block, Paragraph):
        return replace(block, text=without_secrets(block.text))
    rows = [[replace(cell, text=without_secrets(cell.text)) for cell in row] for row in block.rows]
    return replace(block, rows=rows)


def _serialized(document: Document, output: str, encoding: str | None) -> str:
    if output == "xml":
        from ecs_snap_cli.render.xml import element

        return element(document.root, document.data)
    from ecs_snap_cli.render.literal import to_json

    data: Any = {document.json_key: document.data} if document.json_key else document.data
    text = to_json(data)
    try:
        text.encode(encoding or "utf-8")
    except UnicodeEncodeError:
        return to_json(data, ascii_only=True)
    return text


def _open(stream: TextIO | None, output: str) -> TextIO:
    if stream is None:
        raise OSError("it is closed")
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(errors=_REPLACEMENTS[output])
    return stream


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error)
