"""`python -m bot "QUESTION"`: one answer; `--jsonl`: a stream of questions; `--guard`: a stream of claims.

A line of `--jsonl` or `--guard` that cannot be read gives a line {"id", "error"}; the others are answered all the same.
"""

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterable
from typing import Any

from bot.answer import Answer
from bot.chain import Bot
from bot.guard import Guard
from bot.prompts import Interface
from bot.reader import PairReader
from corpus.errors import AskError
from corpus.settings import Settings

Row = dict[str, Any]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bot", description=__doc__)
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("question", nargs="?", help="a question, answered in the terminal")
    what.add_argument("--jsonl", action="store_true", help='lines {"id", "question", "history"} in, Answer JSON out')
    what.add_argument("--guard", action="store_true", help='lines {"id", "claim", "sources"} in, verdicts out')
    parser.add_argument("--json", action="store_true", help="print the answer as JSON")
    parser.add_argument("--debug", action="store_true", help='with --json or --jsonl: why, in a field "debug"')
    arguments = parser.parse_args()
    try:
        if arguments.guard:
            guard = _guard(Settings.from_env(os.environ))
            return _stream(lambda row: _verdict(guard, row))
        from bot.open import open_bot  # here, so that checking claims needs no index

        bot = open_bot(Settings.from_env(os.environ))
        if arguments.jsonl:
            return _stream(lambda row: _answered(bot, row["question"], _turns(row.get("history")), arguments.debug))
        if arguments.json:
            print(json.dumps(_answered(bot, arguments.question, (), arguments.debug), ensure_ascii=False))
        else:
            print(readable(bot.ask(arguments.question), bot.prompts.interface))
    except AskError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _guard(settings: Settings) -> Guard:
    """The guard, ready: so without a line to check its reader is exported, for servers that cannot."""
    reader = PairReader(settings.index)
    reader.load()
    return Guard(reader)


def _answered(bot: Bot, question: str, history: tuple[str, ...], debug: bool) -> Row:
    answer, reason = bot.consider(question, history)
    return answer.as_dict() | ({"debug": reason.as_dict()} if debug else {})


def readable(answer: Answer, words: Interface) -> str:
    """An answer for the terminal."""
    lines = [answer.notice] if answer.notice else []
    if answer.sentences:
        lines.append(words.says)
    for sentence in answer.sentences:
        said = f"“{sentence.text}”" if answer.is_quote(sentence) else sentence.text
        lines.append(f"{said} {' '.join(f'({number})' for number in sentence.citations)}")
    if answer.citations:
        sources = (f"({c.number}) {c.label}, characters {c.start} to {c.end}" for c in answer.citations)
        lines.append("\n".join((words.sources, *sources)))
    if answer.suggestions:
        lines.append("\n".join((words.try_asking, *(f"- {suggestion}" for suggestion in answer.suggestions))))
    return "\n\n".join((*lines, answer.disclaimer))


def _verdict(guard: Guard, row: Row) -> Row:
    if not isinstance(row["claim"], str):
        raise TypeError("claim is not a string")
    verdict = guard.check(row["claim"], _turns(row.get("sources")))
    return {"supported": verdict.supported, "score": round(verdict.score, 4), "reason": verdict.reason}


def _turns(value: object) -> tuple[str, ...]:
    if value is None:
        return ()
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise TypeError("history and sources must be lists of strings")
    return tuple(value)


def _stream(answer: Callable[[Row], Row], lines: Iterable[bytes] | None = None) -> int:
    for line in lines or sys.stdin.buffer:
        if line.strip():
            sys.stdout.write(json.dumps(_line(answer, line), ensure_ascii=False) + "\n")
            sys.stdout.flush()
    return 0


def _line(answer: Callable[[Row], Row], line: bytes) -> Row:
    row: Any = None
    try:
        row = json.loads(line)
        return {"id": row["id"], **answer(row)}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        row_id = row.get("id") if isinstance(row, dict) else None
        return {"id": row_id, "error": f"this line cannot be read ({type(error).__name__}: {error})"}


if __name__ == "__main__":
    sys.exit(main())
