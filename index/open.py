"""Puts an index together from the settings: which article, which model, folder or server."""

from pathlib import Path

from corpus.errors import SettingsError
from corpus.load import Publication, load_corpus
from corpus.settings import Settings
from index.build import Progress, build
from index.embed import Embedder, SentenceEmbedder, packaged_model
from index.search import Index, build_on_server

TUNING = Path(__file__).parent / "tuning.npz"


def open_publication(settings: Settings) -> Publication:
    """The publication the settings name; the first one when they name none.

    Raises:
        ArticleError: an article cannot be used. SettingsError: there is none of that name.
    """
    publications = load_corpus(settings.articles)
    if not settings.article:
        return publications[0]
    for publication in publications:
        if publication.article.slug == settings.article:
            return publication
    known = ", ".join(publication.article.slug for publication in publications)
    raise SettingsError(f"ASK_ARTICLE is '{settings.article}', but the articles are: {known}")


def open_embedder(settings: Settings, publication: Publication | None = None) -> Embedder:
    """The embedding model of the settings as it was tuned; not loaded yet.

    An article without a bank is searched with the model as it was published: tuning fitted it to questions of the
    banks, and away from telling what any other text is about.
    """
    banked = publication is None or publication.bank.answered
    return SentenceEmbedder(model_folder(settings), TUNING if banked else None)


def model_folder(settings: Settings) -> Path:
    """The folder of the embedding model."""
    return settings.embedder or packaged_model()


def open_index(settings: Settings, publication: Publication, embedder: Embedder) -> Index:
    """Open the built index of a publication, in the index folder or on the Chroma server."""
    if settings.chroma_url:
        return Index.open_server(publication, embedder, settings.chroma_url)
    return Index.open(publication, embedder, settings.index)


def build_index(settings: Settings, publication: Publication, embedder: Embedder, progress: Progress) -> str:
    """Build the index of a publication and say where it is."""
    if settings.chroma_url:
        build_on_server(publication, embedder, settings.chroma_url, progress)
        return settings.chroma_url
    return str(build(publication, embedder, settings.index, progress))
