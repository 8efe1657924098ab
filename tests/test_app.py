"""`python app.py` as a user runs it: starts, answers, sends nothing away, writes nothing down, and stops."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.conftest import ROOT

CANARY = "qz7741canary"
SPY = """
import runpy, socket, sys
real = socket.getaddrinfo
def spy(host, *rest, **more):
    if host not in ("127.0.0.1", "localhost", None, ""):
        print("LOOKUP", host, flush=True)
    return real(host, *rest, **more)
socket.getaddrinfo = spy
connect = socket.socket.connect
def connecting(self, address):
    if self.family in (socket.AF_INET, socket.AF_INET6) and address[0] not in ("127.0.0.1", "::1"):
        print("CONNECT", address, flush=True)
    return connect(self, address)
socket.socket.connect = connecting
sys.argv = ["app.py", *sys.argv[1:]]
runpy.run_path("app.py", run_name="__main__")
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(log: Path, *options: str, **environment: str) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    port = free_port()
    command = [sys.executable, "-c", SPY, "--port", str(port), *options]
    with (
        log.open("wb") as out,
        subprocess.Popen(
            command, cwd=ROOT, stdout=out, stderr=subprocess.STDOUT, env={**os.environ, **environment}
        ) as server,
    ):
        try:
            yield server, f"http://127.0.0.1:{port}"
        finally:
            server.kill()


def wait_until(url: str, status: int = 200) -> None:
    for _ in range(300):
        try:
            if httpx.get(url).status_code == status:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    raise AssertionError(f"{url} never answered {status}")


@pytest.mark.slow
def test_the_app_answers_sends_nothing_away_and_stops(tmp_path: Path) -> None:
    log, temp, metrics = tmp_path / "log", tmp_path / "tmp", f"127.0.0.1:{free_port()}"
    temp.mkdir()
    # Switches that would send questions or usage away; the app must not heed them.
    hostile = {
        "LANGSMITH_TRACING": "true",
        "LANGCHAIN_TRACING_V2": "true",
        "GRADIO_ANALYTICS_ENABLED": "True",
        "GRADIO_SHARE": "True",
    }
    watched = {"ASK_METRICS": metrics, "ASK_LOG": "requests"}
    with running(log, TMPDIR=str(temp), **hostile, **watched) as (server, url):
        wait_until(f"{url}/healthz")
        wait_until(f"{url}/readyz")
        answer = httpx.post(f"{url}/api/ask", json={"question": f"What are beta cells? {CANARY}"}).json()
        assert answer["outcome"] in ("answered", "not_in_article")
        assert httpx.get(url).status_code == 200
        told = httpx.get(f"http://{metrics}/metrics").text
        assert httpx.get(f"{url}/metrics").status_code == 404, "what is counted is not for the public"
        with httpx.stream("GET", f"{url}/gradio_api/heartbeat/abc") as heartbeat:  # what an open tab holds
            assert heartbeat.status_code == 200
            started = time.monotonic()
            server.send_signal(signal.SIGTERM)
            server.wait(12)
            assert time.monotonic() - started < 12
    assert f'ask_answers_total{{outcome="{answer["outcome"]}"}}' in told
    assert 'ask_requests_total{route="/api/ask",status="200"} 1.0' in told
    assert CANARY not in told
    said = log.read_text()
    lines = [json.loads(line) for line in said.splitlines() if line.startswith("{")]
    asked = [line for line in lines if line.get("route") == "/api/ask"]
    assert [(line["method"], line["status"]) for line in asked] == [("POST", 200)]
    assert "LOOKUP" not in said
    assert "CONNECT" not in said
    assert CANARY not in said
    assert not [path for path in temp.rglob("*") if path.is_file() and CANARY.encode() in path.read_bytes()]
    assert not list(temp.glob("ask-the-article-*")), "the private copy of the index is left behind"


@pytest.mark.slow
def test_several_processes_serve_the_api_and_the_panel_and_stop_together(tmp_path: Path) -> None:
    metrics = f"127.0.0.1:{free_port()}"
    with running(tmp_path / "log", "--workers", "2", ASK_METRICS=metrics) as (server, url):
        wait_until(f"{url}/readyz")
        with httpx.Client(base_url=url) as one, httpx.Client(base_url=url) as two:
            for client in (one, two, one):
                assert client.post("/api/ask", json={"question": "What are T cells?"}).json()["outcome"] == "answered"
        assert httpx.get(url).headers["location"] == "/embed", "the page keeps a session, which is one process's"
        assert httpx.get(f"{url}/embed").status_code == 200
        asked = 'ask_requests_total{route="/api/ask",status="200"} 3.0'
        assert asked in httpx.get(f"http://{metrics}/metrics").text, "counted over all processes"
        started = time.monotonic()
        server.send_signal(signal.SIGTERM)
        assert server.wait(12) == 0
        assert time.monotonic() - started < 12
    assert "leaked" not in (tmp_path / "log").read_text()


def test_a_wrong_setting_is_one_sentence() -> None:
    for name, value in (
        ("ASK_PORT", "many"),
        ("ASK_SITES", "https://a.example/path"),
        ("ASK_ARTICLE", "none"),
        ("ASK_MODEL", "x"),
        ("ASK_METRICS", "9464"),
        ("ASK_LOG", "everything"),
    ):
        run = subprocess.run(
            [sys.executable, "app.py"], capture_output=True, text=True, cwd=ROOT, env={**os.environ, name: value}
        )
        assert run.returncode == 1, name
        assert name in run.stderr
        assert "Traceback" not in run.stderr


def test_help_names_its_options() -> None:
    run = subprocess.run([sys.executable, "app.py", "--help"], capture_output=True, text=True, cwd=ROOT, check=True)
    assert "--host" in run.stdout
    assert "--port" in run.stdout


def test_json_of_the_command_and_the_api_are_the_same_contract() -> None:
    schema = json.loads((ROOT / "docs" / "answer.schema.json").read_text())
    assert schema["additionalProperties"] is False
