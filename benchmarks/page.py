"""Weight and time to usable of the page, beside a bare `gr.ChatInterface`: `python benchmarks/page.py`.

Both are served by this process and loaded by the same browser, cold, in turns, so that a busy machine hits both alike.
Writes benchmarks/page.json and prints a table.
"""

import json
import os
import statistics
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
os.environ["HF_HUB_OFFLINE"] = "1"
ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

import gradio as gr  # noqa: E402
from fastapi import FastAPI  # noqa: E402
from playwright.sync_api import Browser  # noqa: E402

from bot.open import load_fixed_texts, open_bot  # noqa: E402
from corpus.settings import Settings  # noqa: E402
from index.open import open_publication  # noqa: E402
from tests.browser import browser, serving  # noqa: E402
from tests.test_app import free_port, wait_until  # noqa: E402
from web.server import create_app  # noqa: E402

RUNS = 7
USABLE = {"bare": "textarea:not([disabled])", "ours": "#ask-chat [role=log][tabindex='0']"}
"""When one can type; for our page also that its own script has run."""


@dataclass(frozen=True)
class Load:
    """One cold load."""

    requests: int
    kilobytes: float
    usable_ms: float
    other_hosts: int


def bare() -> FastAPI:
    """Gradio's own chat page, as a newcomer would write it."""
    chat = gr.ChatInterface(lambda message, history: message, title="Ask the Article")
    app: FastAPI = gr.mount_gradio_app(FastAPI(), chat, path="/")
    return app


def load(opened: Browser, url: str, usable: str) -> Load:
    """Load a page with an empty cache and count what comes over the wire."""
    context = opened.new_context()
    page = context.new_page()
    wire = context.new_cdp_session(page)
    wire.send("Network.enable")
    sizes: list[float] = []
    addresses: list[str] = []
    wire.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    wire.on("Network.requestWillBeSent", lambda event: addresses.append(event["request"]["url"]))
    started = time.perf_counter()
    page.goto(url, wait_until="commit")
    page.locator(usable).first.wait_for()
    took = (time.perf_counter() - started) * 1000
    page.wait_for_timeout(1500)
    wired = [address for address in addresses if not address.startswith(("data:", "blob:"))]
    other = [address for address in wired if not address.startswith(url)]
    context.close()
    return Load(len(wired), sum(sizes) / 1024, took, len(other))


def middle(loads: list[Load], name: str) -> float:
    return round(statistics.median(getattr(found, name) for found in loads), 1)


def main() -> int:
    settings = Settings(feedback=None)
    ours = create_app(settings, open_publication(settings), load_fixed_texts()[0], lambda: open_bot(settings))
    found: dict[str, list[Load]] = {"bare": [], "ours": []}
    with serving(bare(), free_port()) as bare_url, serving(ours, free_port()) as our_url, browser() as opened:
        wait_until(f"{our_url}/readyz")
        for name, url in (("bare", bare_url), ("ours", our_url)) * (RUNS + 1):
            found[name].append(load(opened, url, USABLE[name]))
    figures: dict[str, Any] = {}
    print("| page | requests | kB on the wire | usable, ms (median, min to max) | requests to other hosts |")
    print("|---|---|---|---|---|")
    for name, loads in found.items():
        counted = loads[1:]  # the first load of each warms the server
        times = [round(one.usable_ms) for one in counted]
        other = max(one.other_hosts for one in counted)
        print(
            f"| {name} | {middle(counted, 'requests'):.0f} | {middle(counted, 'kilobytes'):.0f} "
            f"| {statistics.median(times):.0f} ({min(times)} to {max(times)}) | {other} |"
        )
        figures[name] = [asdict(one) for one in counted]
    (ROOT / "benchmarks" / "page.json").write_text(json.dumps(figures, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
