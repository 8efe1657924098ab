"""The settings of a run, read once from the environment at the edge of each command."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_network
from pathlib import Path
from urllib.parse import urlsplit

from corpus.errors import SettingsError
from corpus.load import ARTICLES

DEFAULT_INDEX = Path(__file__).parent.parent / "var" / "index"
DEFAULT_FEEDBACK = Path(__file__).parent.parent / "var" / "feedback.sqlite"
DEFAULT_HOST, DEFAULT_PORT = "127.0.0.1", 7860
LOCAL = "local"
"""The ASK_MODEL that means the embedded one."""
DEFAULT_SITES = ("http://localhost", "http://127.0.0.1")
HOST_NAME = re.compile(r"([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)*[a-z0-9]([a-z0-9-]*[a-z0-9])?|\[[0-9a-f:.]+\]")


@dataclass(frozen=True, slots=True)
class Address:
    """Where something listens."""

    host: str
    port: int


@dataclass(frozen=True, slots=True)
class Settings:
    """What can be set; every field has an environment variable of its own."""

    articles: Path = ARTICLES
    """ASK_ARTICLES: the folder of article folders."""
    article: str = ""
    """ASK_ARTICLE: which of them the chat is about; empty means the first."""
    index: Path = DEFAULT_INDEX
    """ASK_INDEX: where indexes are built."""
    embedder: Path | None = None
    """ASK_EMBEDDER: a sentence-transformers model's folder; empty means the packaged all-MiniLM-L6-v2."""
    precision: str = "fp32"
    """ASK_PRECISION: the exported model's, "fp32" or "int8"."""
    chroma_url: str = ""
    """CHROMA_URL: a Chroma server; empty means an embedded store in the index folder."""
    model: str = ""
    """ASK_MODEL: a language model that words the answers, `local` or `provider:model`; empty means quotes."""
    host: str = DEFAULT_HOST
    """ASK_HOST: the address that is served."""
    port: int = DEFAULT_PORT
    """ASK_PORT."""
    sites: tuple[str, ...] = DEFAULT_SITES
    """ASK_SITES: origins that may embed the chat, separated by spaces."""
    rate: str = ""
    """ASK_RATE: how often one client may ask, such as `60/minute`, or `off`; empty means the default of web.limit."""
    proxies: tuple[str, ...] = ()
    """ASK_PROXIES: addresses or networks whose X-Forwarded headers are believed, separated by spaces."""
    metrics: Address | None = None
    """ASK_METRICS: where Prometheus may fetch /metrics, such as 127.0.0.1:9464; empty means nowhere."""
    log: str = "problems"
    """ASK_LOG: "problems", "requests" (a line each as well, without text or address) or "off"."""
    feedback: Path | None = DEFAULT_FEEDBACK
    """ASK_FEEDBACK: the SQLite file for readers' verdicts on answers, kept as ids; "off" keeps none."""
    feedback_text: bool = False
    """ASK_FEEDBACK_TEXT: "on" stores the question with a verdict; visitors are told."""

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> "Settings":
        """Read the settings.

        Raises:
            SettingsError: a value that cannot work.
        """
        embedder = environ.get("ASK_EMBEDDER", "")
        return cls(
            articles=Path(environ.get("ASK_ARTICLES") or ARTICLES),
            article=environ.get("ASK_ARTICLE", ""),
            index=Path(environ.get("ASK_INDEX") or DEFAULT_INDEX),
            embedder=Path(embedder) if embedder else None,
            precision=_one_of("ASK_PRECISION", environ.get("ASK_PRECISION", ""), ("fp32", "int8")),
            chroma_url=environ.get("CHROMA_URL", ""),
            model=_model(environ.get("ASK_MODEL", "").strip()),
            host=environ.get("ASK_HOST") or DEFAULT_HOST,
            port=_port(environ.get("ASK_PORT") or str(DEFAULT_PORT)),
            sites=_sites(environ.get("ASK_SITES", "")),
            rate=environ.get("ASK_RATE", ""),
            proxies=_proxies(environ.get("ASK_PROXIES", "")),
            metrics=_address("ASK_METRICS", environ.get("ASK_METRICS", "")),
            log=_one_of("ASK_LOG", environ.get("ASK_LOG", ""), ("problems", "requests", "off")),
            feedback=_feedback(environ.get("ASK_FEEDBACK", "")),
            feedback_text=_switch("ASK_FEEDBACK_TEXT", environ.get("ASK_FEEDBACK_TEXT", "")),
        )


def _port(value: str) -> int:
    if not value.isdecimal() or not 0 <= int(value) <= 65535:
        raise SettingsError(f"ASK_PORT is '{value}'; it must be a number from 0 to 65535")
    return int(value)


def _sites(value: str) -> tuple[str, ...]:
    sites = tuple(site.lower().removesuffix("/") for site in value.split()) or DEFAULT_SITES
    for site in sites:
        if not _is_origin(site):
            raise SettingsError(
                f"ASK_SITES has '{site}'; each entry must look like https://clinic.example, without a path"
            )
    return sites


def _is_origin(site: str) -> bool:
    try:
        parts = urlsplit(site)
        host = f"[{parts.hostname}]" if parts.hostname and ":" in parts.hostname else parts.hostname or ""
        port = "" if parts.port is None else f":{parts.port}"
    except ValueError:  # a port that is no number, brackets that do not close
        return False
    in_full = f"{parts.scheme}://{host}{port}"
    return parts.scheme in ("http", "https") and bool(HOST_NAME.fullmatch(host)) and in_full == site


def _proxies(value: str) -> tuple[str, ...]:
    for proxy in value.split():
        try:
            ip_network(proxy)
        except ValueError:
            raise SettingsError(
                f"ASK_PROXIES has '{proxy}'; each entry must be an address or a network, such as 10.0.0.0/8"
            ) from None
    return tuple(value.split())


def _one_of(name: str, value: str, choices: tuple[str, ...]) -> str:
    if value not in ("", *choices):
        raise SettingsError(f"{name} is '{value}'; it must be {', '.join(choices[:-1])} or {choices[-1]}")
    return value or choices[0]


def _address(name: str, value: str) -> Address | None:
    if not value:
        return None
    host, _, port = value.rpartition(":")
    if not host or not port.isdecimal() or not 0 < int(port) <= 65535:
        raise SettingsError(f"{name} is '{value}'; it must look like 127.0.0.1:9464")
    return Address(host.strip("[]"), int(port))


def _feedback(value: str) -> Path | None:
    return None if value == "off" else Path(value or DEFAULT_FEEDBACK)


def _switch(name: str, value: str) -> bool:
    if value not in ("", "on", "off"):
        raise SettingsError(f"{name} is '{value}'; it must be on or off")
    return value == "on"


def _model(value: str) -> str:
    if value and value != LOCAL and not re.fullmatch(r"\w+:\S+", value):
        raise SettingsError(f"ASK_MODEL is '{value}'; it must be local, or provider:model such as ollama:llama3.2")
    return value
