"""The index as a LangChain retriever, for chains of one's own."""

from typing import Any

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever

from index.search import Index


class ArticleRetriever(BaseRetriever):
    """Hybrid retrieval of an article's sentences: dense and lexical, fused by reciprocal rank."""

    index: Any
    """An open `index.search.Index` (typed loosely, because LangChain validates its fields)."""
    k: int = 5

    @classmethod
    def over(cls, index: Index, k: int = 5) -> "ArticleRetriever":
        """A retriever of the k best sentences of an open index."""
        return cls(index=index, k=k)

    def _get_relevant_documents(self, query: str, *, run_manager: CallbackManagerForRetrieverRun) -> list[Document]:
        found = self.index.search(query, self.index.embedder.embed([query])[0])
        slug = self.index.publication.article.slug
        return [
            Document(
                id=hit.passage.id,
                page_content=hit.passage.text,
                metadata={
                    "article": slug,
                    "section": hit.passage.section,
                    "kind": hit.passage.kind,
                    "start": hit.passage.start,
                    "end": hit.passage.end,
                    "score": hit.score,
                },
            )
            for hit in found.hits[: self.k]
        ]
