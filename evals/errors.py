"""What can go wrong in an evaluation, each with a sentence that says what to do.

AskError
├── SampleError       a file of samples or claims cannot be read (names file and line)
├── GateError         gates.yaml or baseline.json does not fit the metrics
└── NetworkBlocked    something tried to reach a network while an evaluation ran
"""

from pathlib import Path

from corpus.errors import AskError


class SampleError(AskError):
    """A line that is no sample; the message starts with `file:line`."""

    def __init__(self, path: Path, line: int, problem: str) -> None:
        super().__init__(f"{path}:{line}: {problem}")
        self.path, self.line, self.problem = path, line, problem


class GateError(AskError):
    """A gate on a metric that does not exist, or a baseline that cannot be read."""


class NetworkBlocked(AskError):
    """An evaluation must not, and cannot, reach a network."""
