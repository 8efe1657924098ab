"""`python app.py`: the page at /, the API under /api. Builds nothing; `make run` builds the index first."""

import argparse
import os
import sys
from dataclasses import replace

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
    import uvicorn

    from bot.open import load_fixed_texts, open_bot
    from corpus.settings import Settings
    from index.open import open_publication
    from web.server import create_app

    settings = Settings.from_env(os.environ)
    parser = argparse.ArgumentParser(prog="python app.py", description=__doc__)
    parser.add_argument("--host", default=settings.host)
    parser.add_argument("--port", type=int, default=settings.port)
    arguments = parser.parse_args()
    settings = replace(settings, host=arguments.host, port=arguments.port)
    publication, (prompts, *_) = open_publication(settings), load_fixed_texts()
    app = create_app(settings, publication, prompts, lambda: open_bot(settings))
    print(f"Ask the Article: http://{settings.host}:{settings.port}", flush=True)
    uvicorn.run(
        app,
        host=settings.host,
        port=settings.port,
        log_level="warning",
        access_log=False,
        proxy_headers=False,  # web.limit decides which proxies are believed
        timeout_graceful_shutdown=DRAIN,
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
