"""Runs calls that come at the same time as one: a batch costs less than its texts one by one.

There is no thread and no waiting for company: whoever gets its turn runs everything that has come in meanwhile.
"""

from collections.abc import Callable, Sequence
from threading import Lock
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

Item = TypeVar("Item")
Rows = NDArray[np.float32]


class Gathered(Generic[Item]):
    """A function from items to as many rows, whose calls from many threads are run together."""

    def __init__(self, run: Callable[[list[Item]], Rows]) -> None:
        self._run = run
        self._turn, self._arriving = Lock(), Lock()
        self._waiting: list[_Call[Item]] = []

    def __call__(self, items: Sequence[Item]) -> Rows:
        """The rows of these items; raises what the function raised for the batch they were in."""
        call = _Call(items)
        with self._arriving:
            self._waiting.append(call)
        with self._turn:
            if call.rows is None and call.error is None:
                self._run_all()
        if call.rows is None:
            raise call.error or AssertionError("a call was left out")
        return call.rows

    def _run_all(self) -> None:
        with self._arriving:
            calls, self._waiting = self._waiting, []
        try:
            rows = self._run([item for call in calls for item in call.items])
        except Exception as error:  # whatever it is, everyone in the batch has to hear it
            for call in calls:
                call.error = error
            return
        start = 0
        for call in calls:
            call.rows = rows[start : start + len(call.items)]
            start += len(call.items)


class _Call(Generic[Item]):
    """One caller's items, and then its rows or its error."""

    def __init__(self, items: Sequence[Item]) -> None:
        self.items = items
        self.rows: Rows | None = None
        self.error: Exception | None = None
