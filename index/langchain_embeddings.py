"""An Embedder as LangChain's `Embeddings`, which is what its vector stores take."""

from collections.abc import Callable

from langchain_core.embeddings import Embeddings

from index.embed import BATCH, Embedder


class LangChainEmbeddings(Embeddings):
    """An Embedder as LangChain's `Embeddings`, with vectors already known given back instead of computed."""

    def __init__(self, embedder: Embedder, known: dict[str, list[float]] | None = None) -> None:
        self.embedder, self.known = embedder, dict(known or {})

    def remember(self, texts: list[str], progress: Callable[[int, int], None]) -> None:
        """Embed the texts that are not known yet, reporting (done, in all) after each batch."""
        new = sorted((text for text in dict.fromkeys(texts) if text not in self.known), key=len)  # less to pad
        for start in range(0, len(new), BATCH):
            batch = new[start : start + BATCH]
            self.known |= dict(zip(batch, self.embedder.embed(batch).tolist(), strict=True))
            progress(len(texts) - len(new) + start + len(batch), len(texts))

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """One vector a text."""
        new = [text for text in dict.fromkeys(texts) if text not in self.known]
        vectors = dict(zip(new, self.embedder.embed(new).tolist(), strict=True)) if new else {}
        return [self.known[text] if text in self.known else vectors[text] for text in texts]

    def embed_query(self, text: str) -> list[float]:
        """The vector of one question."""
        return self.embed_documents([text])[0]
