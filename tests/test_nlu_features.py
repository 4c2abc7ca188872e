from __future__ import annotations

import numpy as np
import pytest

from bot.nlu.features import Idf, Vocabulary, weigh
from bot.nlu.fold import fold, lower, narrow
from bot.nlu.grams import WEIGHTS, Block, grams


def test_a_text_in_chinese_has_only_characters() -> None:
    words, parts, characters, patterns = grams("退款ok", ("money",))
    assert (words, parts, patterns) == ([], [], ["money"])
    assert characters == ["退", "款", "o", "k", "退款", "款o", "ok", "退款o", "款ok"]


def test_words_and_their_parts() -> None:
    words, parts, characters, _ = grams("My cat", ())
    assert words == ["my", "cat", "my cat"]
    assert " c" in parts
    assert " cat " in parts
    assert " my " in parts
    assert "y c" not in parts
    assert characters == []


def test_width_case_spaces_and_long_figures_do_not_matter() -> None:
    assert fold("Ｏｒｄｅｒ  A1001\n") == fold("order a2473") == "order a0000"
    assert fold("option 1, 38 mm") == "option 1, 38 mm"


@pytest.mark.parametrize("text", ["İstanbul ㎏ ﷺ", "Ａ１　ｂ", "é", "我ｘ", "plain"])
def test_narrow_and_lower_keep_the_length(text: str) -> None:
    assert len(narrow(text)) == len(lower(text)) == len(text)


def test_a_known_text_has_the_length_of_its_weights_and_an_unknown_one_none() -> None:
    trained = [grams("red shirt", ()), grams("blue shirt", ())]
    vocabulary = Vocabulary.of(trained)
    idf = Idf.of(vocabulary.count(trained).matrix, vocabulary.block_of)
    weighed = weigh(
        vocabulary.count([*trained, grams("qqq", ()), grams("red qqq", ()), grams("", ())]), idf, vocabulary.block_of
    )
    lengths = np.sqrt(weighed.matrix.multiply(weighed.matrix).sum(axis=1))
    whole = np.hypot(WEIGHTS[Block.WORDS], WEIGHTS[Block.WORD_PARTS])
    assert lengths[:2] == pytest.approx([whole, whole], rel=1e-5)
    assert 0 < lengths[3] < whole
    assert lengths[2] == lengths[4] == 0
    assert weighed.known[:2] == pytest.approx([1, 1])
    assert weighed.known[2] == weighed.known[4] == 0
    assert 0 < weighed.known[3] < 1


def test_what_most_texts_have_weighs_least() -> None:
    trained = [grams("red shirt", ()), grams("blue shirt", ()), grams("蓝", ())]
    vocabulary = Vocabulary.of(trained)
    idf = Idf.of(vocabulary.count(trained).matrix, vocabulary.block_of)
    place = {gram: i for i, gram in enumerate(vocabulary.blocks[Block.WORDS])}
    assert idf.columns[place["shirt"]] == pytest.approx(1.0)
    assert idf.columns[place["red"]] == pytest.approx(np.log(3 / 2) + 1)
    assert idf.unknown[Block.WORDS] == pytest.approx(np.log(3) + 1)
