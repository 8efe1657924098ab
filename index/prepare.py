"""Makes everything that answering needs from the settings: exported models, then the index of an article."""

from corpus.errors import IndexDamaged, IndexMissing, IndexStale
from corpus.load import Publication
from corpus.settings import Settings
from index.build import build
from index.chroma import Progress, build_on_server
from index.documents import indexed_texts
from index.embed import SentenceEmbedder
from index.encoder import encoder_folder, export_encoder, is_exported
from index.lock import exclusive
from index.open import open_embedder, original_embedder
from index.search import verified
from index.snapshot import load_texts

COMPARED = 400
"""Texts of an article whose vectors must be the original model's after an export."""


def build_index(settings: Settings, publication: Publication, progress: Progress) -> str:
    """Build the index of a publication, with the exported models if they are missing, and say where it is."""
    export_missing(settings, publication)
    embedder = open_embedder(settings, publication)
    try:
        with verified(publication, embedder, settings.index) as (there, _, _):
            place = there
    except (IndexMissing, IndexStale, IndexDamaged):
        place = build(publication, embedder, settings.index, progress)
    if not settings.chroma_url:
        return str(place)
    build_on_server(publication, embedder, settings.chroma_url, *load_texts(place))
    return f"{place}, and at {settings.chroma_url}"


def export_missing(settings: Settings, publication: Publication) -> list[str]:
    """Export the models that answer questions to a publication, and say which were missing or damaged."""
    originals = {one.name: one for one in (original_embedder(settings), original_embedder(settings, publication))}
    return [name for name, original in originals.items() if _export(settings, publication, original)]


def _export(settings: Settings, publication: Publication, original: SentenceEmbedder) -> bool:
    folder = encoder_folder(settings.index, original.name, settings.precision)
    if is_exported(folder, original.name):
        return False
    texts = [text.text for text in indexed_texts(publication)]
    with exclusive(folder.parent / "export.lock"):
        export_encoder(original, folder, settings.precision, texts[:: max(1, len(texts) // COMPARED)])
    return True
