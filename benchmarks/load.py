"""Clients that ask one question after the other over HTTP, each on a connection of its own; as light as can be."""

import asyncio
import json
import statistics
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass
class Load:
    """What came of it: how long each answer took, and every status; 0 is a connection that broke."""

    seconds: float = 0.0
    took: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)

    def figures(self) -> dict[str, float | int | dict[int, int]]:
        """The figures that are told."""
        ranked = sorted(self.took) or [0.0]
        return {
            "answers_per_second": round(self.statuses[200] / self.seconds, 1),
            "p50_ms": round(statistics.median(ranked) * 1000, 1),
            "p99_ms": round(ranked[int(len(ranked) * 0.99)] * 1000, 1),
            "answers": self.statuses[200],
            "lost": sum(count for status, count in self.statuses.items() if status != 200),
        }


async def load(port: int, clients: int, seconds: float, questions: Sequence[str]) -> Load:
    """Have so many clients ask for so long."""
    found, started = Load(), time.perf_counter()
    ends = started + seconds
    await asyncio.gather(*(_client(port, number, clients, ends, questions, found) for number in range(clients)))
    found.seconds = time.perf_counter() - started
    return found


async def _client(port: int, number: int, clients: int, ends: float, questions: Sequence[str], found: Load) -> None:
    stream: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
    at = number
    while time.perf_counter() < ends:
        question, at = questions[at % len(questions)], at + clients
        started = time.perf_counter()
        try:
            stream = stream or await asyncio.open_connection("127.0.0.1", port)
            status = await _ask(*stream, question)
        except (OSError, EOFError, ValueError):
            status, stream = 0, None
        found.statuses[status] += 1
        found.took.append(time.perf_counter() - started)
    if stream:
        stream[1].close()


async def _ask(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, question: str) -> int:
    body = json.dumps({"question": question}).encode()
    head = (
        "POST /api/ask HTTP/1.1",
        "Host: 127.0.0.1",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
    )
    writer.write("\r\n".join((*head, "", "")).encode() + body)
    answer = await reader.readuntil(b"\r\n\r\n")
    lines = answer.decode("latin-1").lower().split("\r\n")
    size = next(int(line.split(":")[1]) for line in lines if line.startswith("content-length:"))
    await reader.readexactly(size)
    return int(lines[0].split()[1])
