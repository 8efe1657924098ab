"""Makes faulty claims of every sentence of an article by fixed edits, to see that the guard stops each of them.

The kinds of fault follow RAGTruth (Niu et al. 2024) and what language models said about this article. Sound claims are
the sentences themselves, with and without a lead-in.
"""

import re
from collections.abc import Callable, Iterator

from corpus.article import Article
from evals.claims import Claim

Edit = Callable[[str], str]


def seeded_claims(article: Article) -> Iterator[Claim]:
    """Every edit of every sentence that it changes, then the sentences as they are."""
    passages = article.passages
    for passage, other in zip(passages, (*passages[1:], passages[0]), strict=True):
        for error, edit in EDITS.items():
            if (claim := edit(passage.text)) != passage.text:
                yield Claim(f"{passage.id}/{error}", claim, "unsupported", error, (passage.text,))
        yield Claim(f"{passage.id}/wrong_source", passage.text, "unsupported", "wrong_source", (other.text,))
        yield Claim(f"{passage.id}/quote", passage.text, "supported", "", (passage.text,))
        yield Claim(f"{passage.id}/framed", f"The article says: {passage.text}", "supported", "", (passage.text,))


def _ending(words: str) -> Edit:
    return lambda text: f"{text.rstrip('.?')} {words}."


def _swapped(*pairs: tuple[str, str]) -> Edit:
    """Exchange the words of every pair, both ways round."""
    other = {one: two for pair in pairs for one, two in (pair, pair[::-1])}
    pattern = re.compile(rf"\b({'|'.join(other)})\b")
    return lambda text: pattern.sub(lambda found: other[found.group()], text)


def _replaced(*pairs: tuple[str, str]) -> Edit:
    def edit(text: str) -> str:
        for old, new in pairs:
            text = text.replace(old, new)
        return text

    return edit


def _negated(text: str) -> str:
    return re.sub(r"\b(is|has|are|will|can|could)\b", r"\1 not", text, count=1)


EDITS: dict[str, Edit] = {
    "number": _ending("in 85 % of patients"),
    "negation": _negated,
    "type_swap": _swapped(("Type 1", "Type 2"), ("type 1", "type 2")),
    "entity_swap": _swapped(("beta cells", "T cells"), ("insulin", "glucagon"), ("MSC", "Aspirin"), ("body", "liver")),
    "hedge_dropped": _replaced(
        ("promising ", ""),
        ("optimistic ", ""),
        ("increasingly ", ""),
        ("can be", "is"),
        ("could be", "is"),
        ("one of ", ""),
    ),
    "certainty": _ending("and this is proven"),
    "approval": _ending("and is approved by the authorities"),
    "safety": _ending("and has no side effects"),
    "outcome": _ending("so that patients can stop insulin"),
}
