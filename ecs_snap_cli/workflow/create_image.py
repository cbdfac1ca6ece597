"""``create-image``: an image of a snapshot that is accomplished; never lose its ID."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from ecs_snap_cli.core.imaging import not_ready
from ecs_snap_cli.core.missing import no_such_snapshots
from ecs_snap_cli.errors import EcsSnapError
from ecs_snap_cli.events import Cautioned, Observer, ignore
from ecs_snap_cli.model import CreatedImage, ImageOrder, Unknown
from ecs_snap_cli.workflow.background import Task
from ecs_snap_cli.workflow.sending import may_have_acted, sent, token_option
from ecs_snap_cli.workflow.wait import Clock, Patience, SnapshotReader, wait_for


class Gateway(SnapshotReader, Protocol):
    """All that ``create-image`` asks of ECS."""

    def create_image(self, order: ImageOrder) -> CreatedImage: ...


@dataclass(slots=True)
class ImageJournal:
    """How far an order of an image got; see ``workflow/create.Journal``."""

    order: ImageOrder
    in_flight: bool = False
    created: CreatedImage | None = None

    @property
    def ids(self) -> tuple[str, ...]:
        """The IDs that must not be lost."""
        return (self.created.image_id,) if self.created is not None else ()

    @property
    def go_on(self) -> str:
        """What to do after a run that was interrupted."""
        return "ECS goes on with the image by itself"

    def what_exists(self) -> str | None:
        """What an operator must know of the image, in a sentence; ``None``: there is none."""
        snapshot_id = self.order.snapshot_id
        if self.created is not None:
            return f"Image {self.created.image_id} of snapshot {snapshot_id} exists all the same."
        if not self.in_flight:
            return None
        return f"CreateImage was under way: an image of snapshot {snapshot_id} may exist."

    def complete(self, error: EcsSnapError) -> None:
        """Add to an error that ends the run what is known of the order by now."""
        error.add(self.what_exists())
        if self.created is None and self.in_flight:
            error.hint = (
                "Do not order another image: run the same command again with "
                f"{token_option(self.order.client_token)} to get its ID."
            )


def create_image(
    gateway: Gateway,
    journal: ImageJournal,
    *,
    patience: Patience | None,
    observer: Observer = ignore,
    clock: Clock | None = None,
) -> CreatedImage:
    """Order the image, once the snapshot is accomplished; without ``patience``, only if it is.

    Raises ``InvalidSnapshotId.NotReady`` or ``.NotFound`` before anything is sent, else what the
    wait and the call raise; ``journal`` then tells what exists.
    """
    snapshot_id = journal.order.snapshot_id
    if patience is not None:
        wait_for(gateway, snapshot_id, patience, observer, clock)
    else:
        _check(gateway, snapshot_id, observer)
    return sent(lambda: _send(gateway, journal), journal)


def _check(reader: SnapshotReader, snapshot_id: str, observer: Observer) -> None:
    """Raise what is known to stand in the way; where that cannot be read, warn: ECS checks too."""
    found = Task(lambda: reader.snapshots_by_id((snapshot_id,))).result()
    if isinstance(found, Unknown):
        allow = f" Allow {found.permission} to have it checked." if found.permission else ""
        observer(
            Cautioned(f"{found.reason} Whether the snapshot is accomplished is left to ECS.{allow}")
        )
        return
    snapshot = next((each for each in found if each.snapshot_id == snapshot_id), None)
    if snapshot is None:
        raise no_such_snapshots((snapshot_id,))
    if problem := not_ready(snapshot):
        raise problem


def _send(gateway: Gateway, journal: ImageJournal) -> CreatedImage:
    try:
        # In the thread that got the answer: a signal cannot come between the two.
        journal.created = gateway.create_image(journal.order)
    except Exception as error:
        journal.in_flight = may_have_acted(error)
        raise
    return journal.created
