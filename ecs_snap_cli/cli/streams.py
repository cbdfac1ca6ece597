"""Writing documents on stdout and stderr, whatever those are connected to."""

from __future__ import annotations

import codecs
import contextlib
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TextIO

from ecs_snap_cli.errors import EcsSnapError
from ecs_snap_cli.redact import blotter

if TYPE_CHECKING:
    from ecs_snap_cli.render.document import Block, Document

# What a stream that cannot hold a character writes in its place, so that each format stays
# readable and well-formed. JSON has no such handler: it is written in ASCII then.
_REPLACEMENTS = {"table": "backslashreplace", "json": "strict", "xml": "xmlcharrefreplace"}
# Characters that are written at once: a small result whole, a large one in parts.
_CHUNK = 64 * 1024


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
    _write(_open(stream, "table"), (text,))


def write_lines(stream: TextIO | None, lines: Iterable[str]) -> None:
    """Write lines, each without its end, and flush them."""
    _write(_open(stream, "table"), (f"{line}\n" for line in lines))


def renderer(stream: TextIO | None, output: str) -> str:
    """The module of ``render`` that writes ``output`` there."""
    if output != "table":
        return output
    return "terminal" if is_terminal(stream) else "plain"


def write_document(stream: TextIO | None, document: Document, output: str) -> None:
    """Write a document as ``table``, ``json`` or ``xml`` and flush it."""
    if output == "table":
        write_blocks(stream, document.blocks)
    else:
        stream = _open(stream, output)
        _write(stream, _serialized(document, output, stream.encoding))


def _write(stream: TextIO, pieces: Iterable[str]) -> None:
    """A secret in a piece is found: no piece is cut."""
    blotted = blotter()
    chunk: list[str] = []
    size = 0
    for piece in pieces:
        chunk.append(piece)
        size += len(piece)
        if size >= _CHUNK:
            stream.write(blotted("".join(chunk)))
            chunk, size = [], 0
    stream.write(blotted("".join(chunk)))
    stream.flush()


def write_blocks(stream: TextIO | None, blocks: Sequence[Block]) -> None:
    """Write what people read, and flush it."""
    stream = _open(stream, "table")
    if renderer(stream, "table") == "terminal":
        from ecs_snap_cli.render.document import with_texts
        from ecs_snap_cli.render.terminal import console, print_blocks

        # Before it is wrapped to the terminal's width, which may cut a secret in two.
        print_blocks(console(stream), [with_texts(block, blotter()) for block in blocks])
        stream.flush()
    else:
        from ecs_snap_cli.render.plain import plain

        write_lines(stream, plain(blocks))


def _serialized(document: Document, output: str, encoding: str | None) -> Iterator[str]:
    if output == "xml":
        from ecs_snap_cli.render import xml

        yield from xml.pieces(document.root, document.data)
    else:
        from ecs_snap_cli.render import json

        data: Any = {document.json_key: document.data} if document.json_key else document.data
        fits = _fits(json.pieces(data), encoding or "utf-8")
        yield from json.pieces(data, ascii_only=not fits)
    yield "\n"


def _fits(pieces: Iterable[str], encoding: str) -> bool:
    if codecs.lookup(encoding).name == "utf-8":
        # Lone surrogates, all that it cannot hold, are spelled out in any JSON.
        return True
    try:
        for piece in pieces:
            piece.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def _open(stream: TextIO | None, output: str) -> TextIO:
    if stream is None:
        raise OSError("it is closed")
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(errors=_REPLACEMENTS[output])
    return stream


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error)
