"""An answer in a language model's words, as it comes: only sentences that the guard has passed, else the quotes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from bot.answer import Answer, Citation, Sentence
from bot.drafts import NoDraft
from bot.reason import Reason
from bot.wording import Supported, Wording
from corpus.article import Article


@dataclass(frozen=True, slots=True)
class Step:
    """An answer as far as it has come; `whole` once nothing more will change."""

    answer: Answer
    reason: Reason
    whole: bool = True


def in_words(wording: Wording, quotes: Answer, reason: Reason, article: Article) -> Iterator[Step]:
    """An answered question's answer in supported sentences, one by one; in quotes where there is none after all."""
    passages = reason.decision.passages if reason.decision else ()
    said: list[Supported] = []
    yield Step(_worded(quotes, said, article), reason, whole=False)
    try:
        for supported in wording.sentences(reason.heard[0].text, passages):
            said += [supported] if supported else []
            yield Step(_worded(quotes, said, article), reason, whole=False)
    except NoDraft:
        said.clear()
    yield Step(_worded(quotes, said, article) if said else quotes, reason)


def _worded(quotes: Answer, said: Sequence[Supported], article: Article) -> Answer:
    """The same answer in supported sentences; only what they rest on is cited."""
    cited = list(dict.fromkeys(passage for one in said for passage in one.passages))
    return replace(
        quotes,
        sentences=tuple(Sentence(one.text, tuple(cited.index(p) + 1 for p in one.passages)) for one in said),
        citations=tuple(Citation.of(number, article, passage) for number, passage in enumerate(cited, 1)),
        writer="model",
    )
