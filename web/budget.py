"""`python -m web.budget`: the bytes that the widget puts on a visitor's wire, held to their budgets by `make check`."""

import sys
from collections.abc import Iterator

from corpus.load import load_publication
from corpus.settings import Settings
from web.asset import Asset
from web.embed import Widget, make_widget

LOADER_BYTES, PANEL_BYTES = 3_000, 25_000
"""Gzipped; the panel counts its page, script and style, and the article with its notes."""


def weights(widget: Widget, described: Asset) -> Iterator[tuple[str, int, int]]:
    """What each language's visitor loads: name, bytes, budget."""
    parts = [widget.files["/embed/panel.js"], widget.files["/embed/panel.css"], described]
    for code in widget.words:
        yield f"loader ({code})", len(widget.loaders[code].packed), LOADER_BYTES
        yield f"panel ({code})", sum(len(asset.packed) for asset in (widget.panels[code], *parts)), PANEL_BYTES


def main() -> int:
    from bot.open import load_fixed_texts
    from web.api import described

    articles = sorted(path for path in Settings().articles.iterdir() if path.is_dir())
    publication = load_publication(articles[0])
    asks = [note.ask for note in publication.notes.sentences if note.ask][:6]
    widget = make_widget(publication, load_fixed_texts()[0], asks)
    rows = list(weights(widget, described(publication)))
    for name, size, budget in rows:
        print(f"{name:12} {size:6,} of {budget:6,} bytes, gzip{'' if size <= budget else '  TOO LARGE'}")
    return 0 if all(size <= budget for _, size, budget in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
