"""Plain values: dataclasses that cost little to define and to make.

Python writes and compiles several methods for every frozen dataclass, half of them to refuse
assignments. That took a twentieth of a run, and a value of ten fields took twice as long to make.
So the type checker alone sees to it that nothing is assigned.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dataclasses import dataclass as value
else:
    from dataclasses import dataclass

    def value(*, frozen: bool, slots: bool):
        """``dataclass`` with the equality and the hash of a frozen one."""
        return dataclass(slots=slots, unsafe_hash=frozen)


__all__ = ["value"]
