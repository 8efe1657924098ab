"""Puts an index together from the settings: which article, which model, folder or server."""

from pathlib import Path

from corpus.errors import ModelMissing, SettingsError
from corpus.load import Publication, load_corpus
from corpus.settings import Settings
from index.embed import Embedder, SentenceEmbedder, base_name, packaged_model
from index.encoder import OnnxEmbedder, encoder_folder
from index.search import Index
from index.tuning import Tuning

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


def open_embedder(settings: Settings, publication: Publication | None = None) -> OnnxEmbedder:
    """The embedding model of the settings as it was tuned and exported; not loaded yet.

    An article without a bank is searched with the model as it was published: tuning fitted it to questions of the
    banks, and away from telling what any other text is about.

    Raises:
        ModelMissing: there is no model, or it was tuned for another one.
    """
    name = _name(settings, tuned=is_tuned_for(publication))
    return OnnxEmbedder(name, encoder_folder(settings.index, name, settings.precision))


def original_embedder(settings: Settings, publication: Publication | None = None) -> SentenceEmbedder:
    """The same on torch: what is exported, and what `python -m bot.train` learns with."""
    return SentenceEmbedder(model_folder(settings), TUNING if is_tuned_for(publication) else None)


def is_tuned_for(publication: Publication | None) -> bool:
    """Whether a publication is searched with the tuned model; triage (no publication) always reads its vectors."""
    return publication is None or bool(publication.bank.answered)


def _name(settings: Settings, *, tuned: bool) -> str:
    """What the model is called. The packaged one need not be here: what answers is its export."""
    tuning = Tuning.load(TUNING)
    base = base_name(settings.embedder) if settings.embedder else tuning.base
    if tuned and tuning.base != base:
        raise ModelMissing(f"{TUNING} was tuned for {tuning.base}, not {base}; run 'python -m bot.train'")
    return tuning.name if tuned else base


def model_folder(settings: Settings) -> Path:
    """The folder of the embedding model."""
    return settings.embedder or packaged_model()


def open_index(settings: Settings, publication: Publication, embedder: Embedder) -> Index:
    """Open the built index of a publication, in the index folder or on the Chroma server."""
    if settings.chroma_url:
        return Index.open_server(publication, embedder, settings.chroma_url, settings.index)
    return Index.open(publication, embedder, settings.index)
