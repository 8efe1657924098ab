"""`python app.py`: the page at /, the API under /api. Builds nothing; `make run` builds the index first."""

import argparse
import os
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fastapi import FastAPI

    from corpus.settings import Settings

QUIET = {"GRADIO_ANALYTICS_ENABLED": "False", "HF_HUB_OFFLINE": "1", "HF_HUB_DISABLE_TELEMETRY": "1"}
"""Gradio and the model libraries send usage data unless these are set before they are imported."""
UNWANTED = ("GRADIO_", "LANGSMITH_", "LANGCHAIN_")
"""Switches of these families could open a tunnel, record runs or send questions away."""
DRAIN = 5  # seconds that open requests get at shutdown


def main() -> int:
    for name in [name for name in os.environ if name.startswith(UNWANTED)]:
        del os.environ[name]
    os.environ.update(QUIET)
    from corpus.errors import AskError

    try:
        return serve()
    except AskError as error:
        print(error, file=sys.stderr)
        return 1


def serve() -> int:
    from corpus.settings import Settings

    settings = Settings.from_env(os.environ)
    parser = argparse.ArgumentParser(prog="python app.py", description=__doc__)
    parser.add_argument("--host", default=settings.host)
    parser.add_argument("--port", type=int, default=settings.port)
    parser.add_argument(
        "--workers",
        type=int,
        default=1,
        metavar="N",
        help="serve the API and the panel by N processes, without the page, which needs one (default: 1)",
    )
    arguments = parser.parse_args()
    if arguments.workers < 1:
        parser.error("--workers takes 1 or more")
    settings = replace(settings, host=arguments.host, port=arguments.port)
    return _serve_alone(settings) if arguments.workers == 1 else _serve_together(settings, arguments.workers)


def _serve_alone(settings: "Settings") -> int:
    import uvicorn

    from web.metrics import serving_metrics
    from web.observe import log_as_json

    app = _app(settings, page=True)
    log_as_json(settings.log)
    print(f"Ask the Article: http://{settings.host}:{settings.port}", flush=True)
    with serving_metrics(settings.metrics, app.state.metrics.registry):
        uvicorn.run(app, **_how(settings))
    return 0


def _serve_together(settings: "Settings", workers: int) -> int:
    """Several processes at one address; uvicorn starts them, and again when one ends."""
    with tempfile.TemporaryDirectory(prefix="ask-the-article-metrics-") as counts:
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = counts  # before prometheus_client is imported
        os.environ.setdefault("OMP_NUM_THREADS", str(max(1, len(os.sched_getaffinity(0)) // workers)))
        import uvicorn

        from web.metrics import serving_metrics
        from web.observe import log_as_json

        log_as_json(settings.log)
        print(f"Ask the Article: http://{settings.host}:{settings.port}/embed, {workers} processes", flush=True)
        with serving_metrics(settings.metrics, None):
            here = str(Path(__file__).parent)
            uvicorn.run("app:worker", factory=True, workers=workers, app_dir=here, **_how(settings))
    return 0


def worker() -> "FastAPI":
    """The app of one of several processes; what fails here has been checked by no one yet."""
    from threading import RLock

    from tqdm import tqdm

    from corpus.settings import Settings
    from web.observe import log_as_json

    tqdm.set_lock(RLock())  # bm25s has its bar made; its own lock is the system's, and stays behind when we are stopped
    settings = Settings.from_env(os.environ)
    log_as_json(settings.log)
    return _app(settings, page=False)


def _app(settings: "Settings", *, page: bool) -> "FastAPI":
    from bot.open import open_bot, read_content
    from web.server import create_app

    content = read_content(settings)
    return create_app(settings, content.publication, content.prompts, lambda: open_bot(settings, content), page=page)


def _how(settings: "Settings") -> dict[str, Any]:
    return {
        "host": settings.host,
        "port": settings.port,
        "log_config": None,  # web.observe writes the log
        "access_log": False,
        "proxy_headers": False,  # web.limit decides which proxies are believed
        "timeout_graceful_shutdown": DRAIN,
    }


if __name__ == "__main__":
    sys.exit(main())
