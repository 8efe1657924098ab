"""Every error the project raises on purpose, each with a sentence that says what to do.

AskError
├── ArticleError      an article, its notes or its question bank cannot be used (names file and line)
├── PromptError       a text in prompts/ is missing, unknown or has the wrong variables
├── SettingsError     an environment variable has a value that cannot work
├── ModelMissing      the embedding model is not where the settings say
├── IndexMissing      nothing has been built yet
├── IndexStale        what was built is not for this article, model or splitter
├── IndexDamaged      the built files are not the ones that were verified when they were built
├── IndexInUse        another process is building
└── StoreUnavailable  the Chroma server does not answer, and nothing can stand in for it
"""

from pathlib import Path


class AskError(Exception):
    """Base of the tree: shown to people as one sentence, without a traceback."""


class ArticleError(AskError):
    """An article file that cannot be used; the message starts with `file:line`."""

    def __init__(self, path: Path, line: int, problem: str) -> None:
        super().__init__(f"{path}:{line}: {problem}")
        self.path, self.line, self.problem = path, line, problem


class PromptError(AskError):
    """A fixed text that is missing, unknown, empty or has other variables than the code fills."""


class SettingsError(AskError):
    """An environment variable whose value cannot work."""


class ModelMissing(AskError):
    """The embedding model's files are not on this machine."""


class IndexMissing(AskError):
    """No index has been built for this article."""


class IndexStale(AskError):
    """The index was built for another article text, notes, model or splitter."""


class IndexDamaged(AskError):
    """The index on disk differs from the one that was verified when it was built."""


class StoreUnavailable(AskError):
    """The Chroma server does not answer, and no vectors are kept here."""


class IndexInUse(AskError):
    """Another process holds the index folder; the message names it."""
