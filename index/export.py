"""Exports a torch model to ONNX, so that whoever answers needs no torch (index.onnx_model).

An export is a folder: the graph, its weights in a file of their own (which processes share in memory), the tokenizer,
and a manifest with a hash of each. It is written aside, checked and renamed, so it is whole and right or not there.
"""

import logging
import os
import shutil
import tempfile
import warnings
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from index.manifest import READABLE, hashes
from index.onnx_model import GRAPH, INPUTS, TOKENIZER, Exported

WEIGHTS = "weights.bin"
OPSET = 17
FP32, INT8 = "fp32", "int8"
MANY_WORDS = 10_000
"""A table with so many rows holds the vocabulary."""
BLOCK = 64
"""In int8, so many weights of a row share a scale; so do a token's values, so a text does not depend on its batch."""


def export(
    module: Any,
    tokenizer: Path,
    folder: Path,
    name: str,
    longest: int,
    precision: str = FP32,
    *,
    check: Callable[[Path], None],
) -> None:
    """Export a torch module that is called with INPUTS, each of shape (texts, tokens), and gives a row a text.

    Args:
        module: in evaluation mode, with its weights as they are to be served.
        tokenizer: its tokenizer.json.
        folder: where the export goes, in place of an older one.
        name: identifies the model and its weights.
        longest: tokens a text may have.
        precision: FP32, or INT8 for its matrices.
        check: is given the finished folder before it takes its place, and raises where it must not be used.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    unfinished = Path(tempfile.mkdtemp(prefix="unfinished.", dir=folder.parent))
    try:
        _write_graph(module, unfinished, precision)
        _write_tokenizer(tokenizer, unfinished / TOKENIZER, longest)
        Exported(name, longest, precision, hashes(unfinished)).write(unfinished)
        check(unfinished)
        if folder.exists():
            shutil.rmtree(folder)
        unfinished.chmod(READABLE)
        unfinished.rename(folder)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def _write_graph(module: Any, folder: Path, precision: str) -> None:
    import onnx
    import torch

    whole, example = folder / "whole.onnx", torch.ones(2, 7, dtype=torch.int64)
    axes = {0: "texts", 1: "tokens"}
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")  # the tracer's; index.encoder compares what was exported with the original
        torch.onnx.export(
            module,
            (example,) * len(INPUTS),
            whole,
            dynamo=False,
            input_names=list(INPUTS),
            output_names=["output"],
            dynamic_axes={**dict.fromkeys(INPUTS, axes), "output": {0: "texts"}},
            opset_version=OPSET,
        )
    graph = onnx.load(whole)
    _words_in_16_bits(graph.graph)
    whole.unlink()
    onnx.save(
        _in_int8(graph) if precision == INT8 else graph,
        folder / GRAPH,
        save_as_external_data=True,
        location=WEIGHTS,
    )
    for file in (folder / GRAPH, folder / WEIGHTS):
        with file.open("rb") as written:
            os.fsync(written.fileno())


def _words_in_16_bits(graph: Any) -> None:
    """Keep the vocabulary, half of a small model's weights, in 16 bits; what is computed with it stays in 32."""
    import numpy as np
    from onnx import TensorProto, helper, numpy_helper

    uses = Counter(name for node in graph.node for name in node.input)
    tables = {
        table.name: table
        for table in graph.initializer
        if len(table.dims) == 2 and table.dims[0] >= MANY_WORDS and uses[table.name] == 1
    }
    for at, node in reversed([*enumerate(graph.node)]):
        if node.op_type == "Gather" and node.input[0] in tables:
            table = tables.pop(node.input[0])
            table.CopyFrom(numpy_helper.from_array(numpy_helper.to_array(table).astype(np.float16), table.name))
            name, node.output[0] = node.output[0], f"{node.output[0]}_in_16_bits"
            graph.node.insert(at + 1, helper.make_node("Cast", [node.output[0]], [name], to=TensorProto.FLOAT))


def _in_int8(graph: Any) -> Any:
    """Matrices in blocks of 8 bits, multiplied in 8 bits: unlike dynamic quantization it is the same in any batch."""
    from onnxruntime.quantization.matmul_nbits_quantizer import MatMulNBitsQuantizer

    logging.getLogger("onnxruntime.quantization.matmul_nbits_quantizer").setLevel(logging.WARNING)
    quantizer = MatMulNBitsQuantizer(graph, bits=8, block_size=BLOCK, is_symmetric=True, accuracy_level=4)
    quantizer.process()
    return quantizer.model.model


def _write_tokenizer(source: Path, target: Path, longest: int) -> None:
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(source))
    tokenizer.no_padding()  # the stock file pads every text to 128 tokens, which costs seven times as long
    tokenizer.enable_truncation(longest)
    tokenizer.save(str(target))
