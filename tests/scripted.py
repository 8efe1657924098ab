"""A chat model that plays a script: only for faults that a real model cannot be made to have."""

import json
import time
from collections.abc import Callable, Iterator
from typing import Any

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult


class ScriptedModel(BaseChatModel):
    """Says each piece of its script; a number is a pause in seconds, an error is raised."""

    script: Callable[[], Iterator[Any]]
    told: list[Any] = []
    ended: list[bool] = []

    @property
    def _llm_type(self) -> str:
        return "scripted"

    def _generate(self, messages: Any, stop: Any = None, run_manager: Any = None, **more: Any) -> ChatResult:
        said = "".join(piece for piece in self.script() if isinstance(piece, str))
        return ChatResult(generations=[ChatGeneration(message=AIMessage(said))])

    def _stream(
        self, messages: Any, stop: Any = None, run_manager: Any = None, **more: Any
    ) -> Iterator[ChatGenerationChunk]:
        self.told.append(messages)
        try:
            for piece in self.script():
                if isinstance(piece, Exception):
                    raise piece
                if isinstance(piece, (int, float)):
                    time.sleep(piece)
                else:
                    yield ChatGenerationChunk(message=AIMessageChunk(piece))
        finally:
            self.ended.append(True)


def said(*sentences: tuple[str, list[int]]) -> str:
    """Sentences in the form that a writer asks for."""
    return json.dumps({"sentences": [{"text": text, "passages": numbers} for text, numbers in sentences]})
