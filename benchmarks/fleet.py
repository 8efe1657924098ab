"""Past one machine, on this one: Chroma's server, three apps, nginx in front, load; one app killed, Chroma restarted.

    python benchmarks/fleet.py [--seconds 60] [--clients 16]

Needs nginx. The proxy's configuration is docs/deploy/nginx.conf as it is. Writes benchmarks/fleet.json.
"""

import argparse
import asyncio
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from urllib.request import urlopen

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from load import load  # noqa: E402

from evals.sample import own_samples  # noqa: E402

APPS, PROXY, CHROMA = (7861, 7862, 7863), 8080, 8961
KILLED_AT, CHROMA_STOPS_AT, CHROMA_IS_BACK_AT = 0.25, 0.5, 0.7
"""Shares of the run."""


def started(undo: ExitStack, command: list[str], **environment: str) -> subprocess.Popen[bytes]:
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **environment}, **quiet)  # type: ignore[call-overload]
    undo.callback(process.wait)
    undo.callback(process.terminate)  # killed, nginx would leave its workers behind
    return process  # type: ignore[no-any-return]


def state(port: int) -> str:
    try:
        with urlopen(f"http://127.0.0.1:{port}/readyz", timeout=2) as answer:
            return str(json.load(answer)["status"])
    except OSError as error:
        return f"no answer ({type(error).__name__})"


def wait_for(url: str) -> None:
    for _ in range(1200):
        try:
            with urlopen(url, timeout=2):
                return
        except OSError:
            time.sleep(0.1)
    raise SystemExit(f"{url} did not answer")


async def run(arguments: argparse.Namespace, undo: ExitStack, folder: Path) -> dict[str, object]:
    chroma = [
        str(Path(sys.executable).parent / "chroma"),
        "run",
        "--path",
        str(folder / "chroma"),
        "--port",
        str(CHROMA),
    ]
    server = started(undo, chroma)
    wait_for(f"http://127.0.0.1:{CHROMA}/api/v2/heartbeat")
    where = {
        "CHROMA_URL": f"http://127.0.0.1:{CHROMA}",
        "ASK_RATE": "off",
        "ASK_FEEDBACK": "off",
        "OMP_NUM_THREADS": "1",
    }
    subprocess.run([sys.executable, "-m", "index"], cwd=ROOT, env={**os.environ, **where}, check=True)
    apps = [started(undo, [sys.executable, "app.py", "--port", str(port)], **where) for port in APPS]
    for port in APPS:
        wait_for(f"http://127.0.0.1:{port}/readyz")
    pid = f"pid {folder}/nginx.pid; daemon off; error_log {folder}/nginx.log;"
    started(undo, ["nginx", "-p", str(folder), "-c", str(ROOT / "docs" / "deploy" / "nginx.conf"), "-g", pid])
    wait_for(f"http://127.0.0.1:{PROXY}/healthz")
    questions = [sample.question for sample in own_samples() if not sample.history]
    seen: dict[str, list[str]] = {}

    async def breaks() -> None:
        nonlocal server
        begin = time.monotonic()

        async def until(share: float) -> None:
            await asyncio.sleep(max(0.0, begin + share * arguments.seconds - time.monotonic()))

        await until(KILLED_AT)
        apps[1].send_signal(signal.SIGKILL)
        await until(CHROMA_STOPS_AT)
        server.terminate()
        server.wait()
        await until((CHROMA_STOPS_AT + CHROMA_IS_BACK_AT) / 2)
        seen["while Chroma is away"] = [await asyncio.to_thread(state, port) for port in (APPS[0], APPS[2])]
        await until(CHROMA_IS_BACK_AT)
        server = started(undo, chroma)

    async def asks() -> dict[str, object]:
        return dict((await load(PROXY, arguments.clients, arguments.seconds, questions)).figures())

    figures, _ = await asyncio.gather(asks(), breaks())
    await asyncio.sleep(6)  # as long as a server that failed is left alone
    await load(PROXY, 4, 2, questions)
    seen["afterwards"] = [state(port) for port in (APPS[0], APPS[2])]
    log = folder / "nginx.log"
    retried = log.read_text().count("while") if log.exists() else 0
    return {
        "clients": arguments.clients,
        "seconds": arguments.seconds,
        **figures,
        "upstream_errors": retried,
        "states": seen,
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--clients", type=int, default=16)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, ExitStack() as undo:
        figures = asyncio.run(run(arguments, undo, Path(folder)))
    figures["load"] = os.getloadavg()[0]
    (ROOT / "benchmarks" / "fleet.json").write_text(json.dumps(figures, indent=1) + "\n")
    print(json.dumps(figures, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
