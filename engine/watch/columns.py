"""Tables of integers that grow: a row has a number, a column is one numpy array."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

NONE = -1


class Column:
    """`all` for work on many rows, `at` for single ones: a memoryview reads and writes plain ints, and fast.

    Both are replaced when the table grows.
    """

    __slots__ = ("all", "at")

    def __init__(self, kind: type[np.int64 | np.int32], rows: int = 0) -> None:
        self.all: NDArray[Any] = np.zeros(rows, kind)
        self.at = _view(self.all)

    def grow(self, rows: int) -> None:
        grown = np.zeros(rows, self.all.dtype)
        grown[: len(self.all)] = self.all
        self.all = grown
        self.at = _view(grown)


def _view(array: NDArray[Any]) -> memoryview[int]:
    return memoryview(array)  # type: ignore[arg-type] # arrays have been buffers all along


class Table:
    """Columns of equal length; `used` rows have been given out, of which `free` have come back."""

    def __init__(self, *columns: Column) -> None:
        self._columns = columns
        self._rows = 0
        self.used = 0
        self.free: list[int] = []

    def take(self) -> int:
        """A row for something new; what stands in it is old."""
        if self.free:
            return self.free.pop()
        self.reserve(1)
        self.used += 1
        return self.used - 1

    def reserve(self, more: int) -> None:
        """Make room for rows at the end."""
        if self.used + more > self._rows:
            self._rows = max(64, self.used + more, self._rows * 5 // 4)
            for column in self._columns:
                column.grow(self._rows)

    def __len__(self) -> int:
        return self.used - len(self.free)

    @property
    def size(self) -> int:
        """Bytes of all columns."""
        return sum(column.all.nbytes for column in self._columns)
