"""Counts of each record, against plain Python that sees one record at a time."""

import math
import re
import unicodedata
from collections import Counter
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from entropylaw.corpus import Corpus
from entropylaw.guards.language_models import LetterModel, TemplateModel
from entropylaw.guards.outliers import deviations
from entropylaw.guards.patterns import encoded_bytes, find_mojibake, repeated_words
from entropylaw.guards.samples import draw_samples
from entropylaw.guards.scripts import SCRIPTS, main_scripts
from entropylaw.guards.text import PIECE_BYTES, pieces, runs
from entropylaw.guards.word_order import OrderModel
from entropylaw.guards.words import Lookup, find_words

FEW = settings(max_examples=60, deadline=None)
WORDS = st.lists(st.sampled_from(["to", "be", "or", "not", "that", "is"]), max_size=30)
TEXTS = st.lists(st.text(st.sampled_from("ab AB1.,\n!éßЖ中文。😀-"), max_size=40), min_size=1)


def piece_of(*rows):
    [piece] = pieces(Corpus.from_rows(r if isinstance(r, bytes) else r.encode() for r in rows))
    return piece


def words_of(text: str) -> list[str]:
    """Return runs of letters and digits, ASCII in lower case; Han and emoji one by one."""
    lowered = "".join(c.lower() if c.isascii() else c for c in text)
    return re.findall(r"[中文😀]|[a-z0-9éßЖ]+", lowered)


@FEW
@given(TEXTS)
def test_words_are_those_of_a_regular_expression(texts):
    words = find_words(piece_of(*texts))
    expected = [(part, word) for part, text in enumerate(texts) for word in words_of(text)]
    assert words.parts.tolist() == [part for part, _ in expected]
    numbers: dict[str, int] = {}
    for (_, word), number in zip(expected, words.hashes.tolist(), strict=True):
        assert numbers.setdefault(word, number) == number
    assert len(set(numbers.values())) == len(numbers)


@FEW
@given(st.lists(st.binary(max_size=30), min_size=1))
def test_any_bytes_are_counted_and_no_record_affects_another(rows):
    together = piece_of(*rows)
    model = LetterModel.fit([together])
    for count in (
        encoded_bytes,
        main_scripts,
        lambda piece: find_mojibake(piece).bytes,
        lambda piece: find_words(piece).in_parts(),
        lambda piece: repeated_words(piece, find_words(piece)),
        lambda piece: np.round(model.score(piece).saved, 6),
    ):
        assert count(together).tolist() == [count(piece_of(row)).tolist()[0] for row in rows]


@FEW
@given(st.lists(WORDS, min_size=1), st.sampled_from([". ", "\n", "! "]))
def test_repeated_words_are_counted_line_by_line(lines, stop):
    text = stop.join(" ".join(line) for line in lines)
    seen, expected = set(), 0
    for line in map(tuple, lines):
        expected += len(line) if line in seen else 0
        seen.add(line)
    piece = piece_of("a record before", text)
    assert repeated_words(piece, find_words(piece)).tolist() == [0, expected]


@FEW
@given(st.lists(WORDS, min_size=1, max_size=8), WORDS)
def test_template_runs_are_runs_of_five_that_three_records_contain(sample, words):
    def runs_of_five(row):
        return {tuple(row[i : i + 5]) for i in range(len(row) - 4)}

    records = Counter(run for row in sample for run in runs_of_five(row))
    inside = {
        i + offset
        for i in range(len(words) - 4)
        if records[tuple(words[i : i + 5])] >= 3
        for offset in range(5)
    }
    templates = TemplateModel.fit([find_words(piece_of(*map(" ".join, sample)))])
    assert templates.words_in(find_words(piece_of(" ".join(words)))).tolist() == [len(inside)]


@FEW
@given(st.lists(WORDS, min_size=1, max_size=8), WORDS)
def test_bits_of_word_order_are_those_of_the_documented_formula(sample, words):
    unigrams = Counter(word for row in sample for word in row)
    pairs = Counter(pair for row in sample for pair in pairwise(row))
    before = Counter()
    for (first, _), count in pairs.items():
        before[first] += count
    followers = Counter(first for first, _ in pairs)
    endings = Counter(second for _, second in pairs)

    def bits(apart):
        known = [
            (a, b) for a, b in zip(words, words[apart:], strict=False) if before[a] and endings[b]
        ]
        total = 0.0
        for a, b in known:
            chance = pairs[a, b] + followers[a] * endings[b] / len(pairs)
            chance /= before[a] + followers[a]
            total += math.log2(chance / (unigrams[b] / unigrams.total()))
        return total, len(known)

    saved, known = bits(1)
    if saved < known:
        for apart in (3, 5, 7):
            total, of = bits(apart)
            saved -= total / max(of, 1) * known / 3
    model = OrderModel.fit([find_words(piece_of(*map(" ".join, sample)))])
    score = model.score(find_words(piece_of(" ".join(words))))
    assert score.known.tolist() == [known]
    assert score.saved.tolist() == pytest.approx([saved])
    assert score.pairs.tolist() == [max(len(words) - 1, 0)]


@FEW
@given(st.sets(st.integers(0, 2**64 - 1)), st.lists(st.integers(0, 2**64 - 1)))
def test_a_lookup_finds_the_members_of_a_set(keys, asked):
    ascending = sorted(keys)
    place = Lookup(np.array(ascending, np.uint64)).find(np.array([*asked, *keys], np.uint64))
    expected = [ascending.index(n) if n in keys else len(keys) for n in [*asked, *keys]]
    assert place.tolist() == expected


@FEW
@given(st.lists(st.booleans()), st.integers(1, 5))
def test_runs_are_those_of_a_regular_expression(inside, least):
    text = "".join("x" if one else "." for one in inside)
    starts, ends = runs(np.array(inside, bool), least=least)
    expected = [match.span() for match in re.finditer(f"x{{{least},}}", text)]
    assert list(zip(starts.tolist(), ends.tolist(), strict=True)) == expected


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252"])
def test_mojibake_is_text_decoded_with_another_encoding(encoding):
    texts = ["Ça va très bien, à bientôt", "Größe – “schön”", "日本語です", "пример 😀😀"]
    wrong = [text.encode().decode(encoding, "ignore") for text in texts]
    real, found = find_mojibake(piece_of(*texts)), find_mojibake(piece_of(*wrong))
    assert real.marks.tolist() == [0] * len(texts)
    assert (found.marks >= 2).all()
    assert (found.bytes >= 0.5 * found.beyond_ascii).all()


@FEW
@given(st.text(st.sampled_from("aéßЖщ中ひ한עا ก1!"), max_size=30))
def test_the_script_is_that_of_most_letters_by_name(text):
    names = {"HIRAGANA": "Kana", "CJK": "Han"}
    of = Counter(
        names.get(name := unicodedata.name(c).split()[0], name.title()) for c in text if c.isalpha()
    )
    [script] = main_scripts(piece_of(text))
    if of:
        assert of[SCRIPTS[script]] == max(of.values())
    else:
        assert SCRIPTS[script] == "no letters"


def test_a_record_of_many_pieces_is_counted_whole():
    line = b"To be or not to be, that is the question.\n"
    record = line * (3 * PIECE_BYTES // len(line))
    parts = list(pieces(Corpus.from_rows([b"a", record, b"b"])))
    assert b"".join(part.raw[:-1] for part in parts).replace(b"\n", b"").count(b"question") == (
        record.count(b"question")
    )
    assert {row for part in parts for row in part.rows.tolist()} == {0, 1, 2}


@FEW
@given(st.lists(st.sampled_from([b"a", b"bb", b"ccc", b""])), st.integers(1, 20), st.integers(0, 3))
def test_no_record_is_judged_by_a_sample_that_contains_it(rows, size, seed):
    corpus = Corpus.from_rows(rows)
    firsts = np.array([rows.index(row) for row in rows], np.int64)
    samples = draw_samples(corpus, firsts, size=size, seed=seed)
    judged = np.concatenate(samples.judged)
    assert sorted(judged.tolist()) == list(range(len(rows)))
    for sample, of in samples:
        assert not {rows[row] for row in sample} & {rows[row] for row in of}


def test_a_deviation_is_the_same_share_of_outliers_at_every_length():
    """Ratios that grow with the length, twice as widely spread above as below."""
    rng = np.random.default_rng(0)
    lengths = rng.integers(64, 4_000, 6_000)
    noise = rng.normal(0, 0.1, 6_000)
    ratios = np.exp(0.2 * np.log(lengths) + np.where(noise > 0, 2 * noise, noise))
    found = deviations(ratios, lengths, np.zeros(6_000, np.int64), ["Latin"]).values
    for low, high in ((64, 500), (500, 2_000), (2_000, 4_000)):
        of = found[(lengths >= low) & (lengths < high)]
        assert 0.01 < (of < -2).mean() < 0.05
        assert 0.01 < (of > 2).mean() < 0.05
