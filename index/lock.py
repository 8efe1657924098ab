"""Locks between processes, by the operating system: they end with their holder, however it ends."""

import fcntl
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from corpus.errors import IndexInUse


@contextmanager
def exclusive(path: Path, *, wait: bool = False) -> Iterator[None]:
    """Hold the lock file alone, with `wait` once nobody else does.

    Raises:
        IndexInUse: another process holds it, and this one does not wait; the message names that process.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            holder = file.read().strip() or "another process"
            raise IndexInUse(f"the index folder {path.parent} is in use by {holder}; wait for it or stop it") from None
        file.truncate(0)
        file.write(f"process {os.getpid()} ({' '.join(sys.argv)[:200]})")
        file.flush()
        yield


@contextmanager
def shared(path: Path, *, alone: bool = False) -> Iterator[None]:
    """Wait for, then hold, a lock that many readers may share; `alone` waits until there are none."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+") as file:
        fcntl.flock(file, fcntl.LOCK_EX if alone else fcntl.LOCK_SH)
        yield


@contextmanager
def kept(path: Path) -> Iterator[None]:
    """Have `unused` see that a file is in use; needs no right to write."""
    with path.open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_SH)
        yield


@contextmanager
def unused(path: Path) -> Iterator[bool]:
    """Whether no process keeps a file; who wants to keep it waits until this is over."""
    with path.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            free = True
        except BlockingIOError:
            free = False
        yield free
