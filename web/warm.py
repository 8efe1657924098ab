"""Opens the bot in the background, so that the page is up while models load."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

from bot.chain import Bot
from corpus.errors import AskError


class WarmingBot:
    """A bot that is being opened; whoever asks early waits."""

    def __init__(self, open_bot: Callable[[], Bot]) -> None:
        self._future: Future[Bot] = ThreadPoolExecutor(1, thread_name_prefix="warm").submit(_warm, open_bot)

    @property
    def ready(self) -> bool:
        """Whether a question would be answered at once."""
        return self._future.done() and self._future.exception() is None

    @property
    def problem(self) -> str:
        """Why it could not be opened; empty while it warms and when it is ready."""
        error = self._future.exception() if self._future.done() else None
        return "" if error is None else str(error) if isinstance(error, AskError) else type(error).__name__

    @property
    def degraded(self) -> str:
        """What is wrong though questions are answered; empty when all is well."""
        return self.get().index.problem if self.ready else ""

    def get(self, timeout: float | None = None) -> Bot:
        """The bot, waiting up to `timeout` seconds.

        Raises:
            TimeoutError: it is still warming. AskError: it could not be opened.
        """
        return self._future.result(timeout)

    def close(self) -> None:
        """Let go of a bot that was opened here."""
        if self.ready:
            self.get().close()


def _warm(open_bot: Callable[[], Bot]) -> Bot:
    bot = open_bot()
    bot.ask("Wat is this artikle about?")  # loads the model and the words to mend by, so that no patient waits for them
    return bot
