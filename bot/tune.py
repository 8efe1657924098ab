"""Fine-tunes the embedding model on the banks and examples: one vector that triage, retrieval and decision can read.

What is learned, all at once, from a question's vector: its class (cross-entropy); whether its article answers it
(binary cross-entropy); the sentences that answer it, by cosine (softmax over the article's sentences); and to lie near
questions with the same answer (supervised contrastive loss, Khosla et al. 2020). What is kept: the cosines that the
model gave to texts on other health topics. About a third of the questions get slips of the keyboard, and some are
spelt by ear. It is done twice, with batches by chance and with batches of near lessons, and the weights are averaged,
which errs less than either of them (Wortsman et al. 2022, "Model soups").
The change of each matrix is stored as its best approximation of rank RANK (truncated singular value decomposition).
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import count
from random import Random
from typing import Any

from bot.batches import batches, near_batches
from bot.descent import Part, Told, descend
from bot.slips import by_ear, mistyped
from index.tuning import Tuning

SEED, EPOCHS, BATCH, RATE, HEAD_RATE = 0, 2, 32, 1e-4, 2e-3
SLIPS, BY_EAR, LONGEST = 0.35, 0.15, 160
RANK = 64
SHARP = {"class": 10.0, "sentence": 20.0, "group": 15.0}
"""What cosines are multiplied with before each softmax."""
SENTENCES_EVERY = KEEP_EVERY = 4
WEIGHT = {"sentence": 2.8, "group": 0.3, "keep": 20.0}

Progress = Callable[[int, int, float], None]
"""Told the steps done, of how many in all, and the loss."""


@dataclass(frozen=True, slots=True)
class Lesson:
    """One example: its class and, for a question to an article, the sentences that answer it (none: it is missing)."""

    text: str
    label: str
    sentences: tuple[str, ...] | None = None
    """Texts of sentences, best first; None when it is no question of a bank."""
    topic: str = ""

    @property
    def group(self) -> tuple[str, str]:
        """Lessons of a group should lie near each other."""
        if self.sentences is None:
            return "class", self.label
        return ("sentence", self.sentences[0]) if self.sentences else ("missing", self.topic)


def tune(folder: str, base: str, lessons: Sequence[Lesson], general: Sequence[str], progress: Progress) -> Tuning:
    """Fine-tune the model in `folder` (identified as `base`); two hours on two cores, the same seed each time."""
    steps, done = 2 * _steps(lessons), count(1)

    def told(loss: float) -> None:
        progress(next(done), steps, loss)

    one, other = (_change(folder, lessons, general, told, near=near) for near in (False, True))
    return Tuning.of({name: (one[name] + other[name]) / 2 for name in one}, RANK, base)


def _change(
    folder: str, lessons: Sequence[Lesson], general: Sequence[str], told: Told, *, near: bool
) -> dict[str, Any]:
    """What one training changes of each parameter of the model."""
    import torch
    from transformers import AutoModel, AutoTokenizer

    torch.manual_seed(SEED)
    model = AutoModel.from_pretrained(folder)
    teacher = _Teacher(model, AutoTokenizer.from_pretrained(folder), lessons, general)
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    teacher.run(told, near=near)
    return {name: (tensor - before[name]).numpy() for name, tensor in model.state_dict().items()}


def _steps(lessons: Sequence[Lesson]) -> int:
    return EPOCHS * (len(lessons) // BATCH)


class _Teacher:
    """The model with its tasks, for the time of one training."""

    def __init__(self, model: Any, tokenizer: Any, lessons: Sequence[Lesson], general: Sequence[str]) -> None:
        import torch

        self.model, self.tokenizer, self.lessons, self.general = model, tokenizer, lessons, general
        self.labels = sorted({lesson.label for lesson in lessons})
        self.sentences = sorted({text for lesson in lessons for text in lesson.sentences or ()})
        counts = Counter(lesson.label for lesson in lessons)
        usual = len(lessons) / len(self.labels)
        self.importance = torch.tensor([(usual / counts[label]) ** 0.5 for label in self.labels])
        size = model.config.hidden_size
        self.classes, self.answers = torch.nn.Linear(size, len(self.labels)), torch.nn.Linear(size, 1)
        for name, parameter in model.named_parameters():
            parameter.requires_grad = name.startswith("encoder.")
        self.kept = self._untuned(general) if general else torch.zeros(0, size)

    def run(self, told: Told, *, near: bool) -> None:
        tuned = [parameter for parameter in self.model.parameters() if parameter.requires_grad]
        heads = [*self.classes.parameters(), *self.answers.parameters()]
        steps = _steps(self.lessons)
        random = Random(SEED)  # noqa: S311  # shuffles lessons
        if near:
            stream = near_batches(
                self.lessons, self._untuned([one.text for one in self.lessons]).numpy(), BATCH, random
            )
        else:
            stream = batches(self.lessons, BATCH, random)
        losses = (self._loss(step, batch, random) for step, batch in zip(range(steps), stream, strict=False))
        self.model.train()
        descend(Part(tuned, RATE), Part(heads, HEAD_RATE), steps, losses, told)
        self.model.eval()

    def _untuned(self, texts: Sequence[str]) -> Any:
        """Vectors of the model as it is before the training."""
        import torch

        self.model.eval()
        with torch.no_grad():
            return torch.cat([self._embed(texts[at : at + BATCH]) for at in range(0, len(texts), BATCH)])

    def _embed(self, texts: Sequence[str]) -> Any:
        """Mean-pooled vectors of length 1, as sentence-transformers makes them of this model."""
        from torch.nn.functional import normalize

        encoded = self.tokenizer(list(texts), padding=True, truncation=True, max_length=LONGEST, return_tensors="pt")
        states = self.model(**encoded).last_hidden_state
        mask = encoded["attention_mask"].unsqueeze(-1).float()
        return normalize((states * mask).sum(1) / mask.sum(1), dim=-1)

    def _loss(self, step: int, batch: Sequence[Lesson], random: Random) -> Any:
        vectors = self._embed([_typed(lesson.text, random) for lesson in batch])
        loss = self._class_loss(vectors, batch) + WEIGHT["group"] * _group_loss(vectors, batch)
        asked = [at for at, lesson in enumerate(batch) if lesson.sentences is not None]
        if asked:
            loss = loss + self._answer_loss(vectors[asked], [batch[at] for at in asked])
        answered = [at for at in asked if batch[at].sentences]
        if answered and step % SENTENCES_EVERY == 0:
            share = WEIGHT["sentence"] * len(answered) / len(batch)
            loss = loss + share * self._sentence_loss(vectors[answered], [batch[at] for at in answered])
        if self.general and step % KEEP_EVERY == KEEP_EVERY // 2:
            loss = loss + WEIGHT["keep"] * self._keep_loss(random)
        return loss

    def _class_loss(self, vectors: Any, batch: Sequence[Lesson]) -> Any:
        import torch
        from torch.nn.functional import cross_entropy

        wanted = torch.tensor([self.labels.index(lesson.label) for lesson in batch])
        scores = self.classes(SHARP["class"] * vectors)
        return cross_entropy(scores, wanted, weight=self.importance, label_smoothing=0.05)

    def _answer_loss(self, vectors: Any, batch: Sequence[Lesson]) -> Any:
        import torch
        from torch.nn.functional import binary_cross_entropy_with_logits

        wanted = torch.tensor([0.97 if lesson.sentences else 0.03 for lesson in batch])
        return binary_cross_entropy_with_logits(self.answers(SHARP["class"] * vectors)[:, 0], wanted)

    def _sentence_loss(self, vectors: Any, batch: Sequence[Lesson]) -> Any:
        import torch

        wanted = torch.zeros(len(batch), len(self.sentences))
        for row, lesson in enumerate(batch):
            for rank, sentence in enumerate(lesson.sentences or ()):
                wanted[row, self.sentences.index(sentence)] = 0.6 if rank else 1.0
        scores = SHARP["sentence"] * vectors @ self._embed(self.sentences).T
        return -(wanted / wanted.sum(1, keepdim=True) * scores.log_softmax(1)).sum(1).mean()

    def _keep_loss(self, random: Random) -> Any:
        chosen = random.sample(range(len(self.general)), min(BATCH, len(self.general)))
        now, before = self._embed([self.general[at] for at in chosen]), self.kept[chosen]
        return ((now @ now.T - before @ before.T) ** 2).mean()


def _group_loss(vectors: Any, batch: Sequence[Lesson]) -> Any:
    import torch

    groups = [lesson.group for lesson in batch]
    same = torch.tensor([[float(one == two) for two in groups] for one in groups])
    same.fill_diagonal_(0)
    paired = same.sum(1) > 0
    if not paired.any():
        return vectors.sum() * 0
    scores = (SHARP["group"] * vectors @ vectors.T).fill_diagonal_(-1e4).log_softmax(1)
    return -((same * scores).sum(1)[paired] / same.sum(1)[paired]).mean()


def _typed(text: str, random: Random) -> str:
    """The text as some would type it."""
    chance = random.random()
    if chance < SLIPS:
        text = mistyped(text, random)
    elif chance < SLIPS + BY_EAR:
        text = by_ear(text, random)
    if random.random() < 0.15:
        text = text.lower()
    return text.rstrip("?.!") if random.random() < 0.1 else text
