"""A Chroma server's collections, with exact search over the article's own vectors for when it does not answer.

A server that failed is left alone for a while, so that a stalled one does not hold up every question.
"""

import time
from collections.abc import Callable
from contextlib import ExitStack
from threading import Lock

from corpus.errors import StoreUnavailable
from index.embed import Vectors
from index.exact import Exact
from index.store import Match, Store

Stores = tuple[Store, Store]
LookUp = Callable[[], Stores]
"""Finds both collections on a server that has been connected to."""

PAUSE = 5.0
"""Seconds for which a server that failed is not asked again."""


class Remote:
    """Both collections on one server; looked up when first asked, and again after a failure.

    For a server that was filled anew has others by the same names. What is connected stays so: its HTTP client finds a
    server again by itself, while opening another one has no time limit.
    """

    def __init__(self, connect: Callable[[ExitStack], LookUp], kept: tuple[Exact, Exact] | None, where: str) -> None:
        self._connect, self._kept, self._where = connect, kept, where
        self._look_up: LookUp | None = None
        self._stores: Stores | None = None
        self._resources = ExitStack()
        self._connecting = Lock()  # not the lock below, which nobody may hold while a server is slow
        self._turn, self._again = Lock(), 0.0
        self.problem = ""
        """What is wrong, in words for the operator; empty while the server answers."""

    def connect(self) -> None:
        """Connect now; a server that does not answer is forgiven when its vectors are kept here.

        Raises:
            SettingsError: its address is malformed. IndexMissing: it has no such index.
            StoreUnavailable: it does not answer, and no vectors are kept here.
        """
        try:
            self._connected()
        except StoreUnavailable as error:
            if self._kept is None:
                raise
            self._failed(error)

    def close(self) -> None:
        """Let go of the connection."""
        self._resources.close()

    def nearest(self, which: int, vector: Vectors, k: int) -> list[Match]:
        """The k nearest texts of the first or second collection.

        Raises:
            StoreUnavailable: the server does not answer, and no vectors are kept here.
        """
        if self._may_ask():
            try:
                found = self._connected()[which].nearest(vector, k)
                self.problem = ""
                return found
            except Exception as error:  # Chroma's client raises httpx's errors, its own and bare ones
                self._failed(error)
        if self._kept is None:
            raise StoreUnavailable(self.problem)
        return self._kept[which].nearest(vector, k)

    def _may_ask(self) -> bool:
        """Always while all is well; after a failure one caller every so often."""
        if not self.problem:
            return True
        with self._turn:
            if time.monotonic() < self._again:
                return False
            self._again = time.monotonic() + PAUSE
            return True

    def _connected(self) -> Stores:
        with self._connecting:
            if self._stores is None:
                self._look_up = self._look_up or self._connect(self._resources)
                self._stores = self._look_up()
            return self._stores

    def _failed(self, error: Exception) -> None:
        with self._connecting:
            self._stores = None
        instead = "its own vectors are searched instead" if self._kept else "nothing can be found"
        self.problem = f"the Chroma server at {self._where} failed ({type(error).__name__}); {instead}"
        self._again = time.monotonic() + PAUSE


class RemoteCollection:
    """One of the two, as what an index searches."""

    def __init__(self, remote: Remote, which: int) -> None:
        self._remote, self._which = remote, which

    def nearest(self, vector: Vectors, k: int) -> list[Match]:
        """The k texts most similar to a vector of shape (dimension,), best first."""
        return self._remote.nearest(self._which, vector, k)
