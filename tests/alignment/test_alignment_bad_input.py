"""Options that cannot work are refused; those that work badly give a warning."""

import numpy as np
import pytest

from entropylaw import Target, alignment
from entropylaw.alignment import alignment_scores, alignment_weights
from entropylaw.errors import (
    CompressorSpecError,
    ConfigError,
    EmptyPoolError,
    InputError,
    RecordError,
    ScoreError,
    ShortMemoryWarning,
    SlowAlignmentWarning,
    SlowCompressorWarning,
)


@pytest.mark.parametrize("data", [None, "a path?", b"text"])
def test_a_target_that_is_no_set_of_records(data):
    with pytest.raises(InputError, match="target: expected records; saw"):
        Target(data)


@pytest.mark.parametrize("weight", [0, -0.1, 11, float("nan"), float("inf"), "1", True, None])
def test_a_weight_that_cannot_work(weight):
    with pytest.raises(ConfigError, match="weight: expected a"):
        Target(["text"], weight=weight)


def test_numpy_options_of_a_target_are_normalised():
    target = Target(["text"], weight=np.float32(0.5), method=np.str_("zip-fit"))
    assert (type(target.weight), target.weight) == (float, 0.5)
    assert type(target.method) is str
    with pytest.raises(ConfigError, match="weight: expected a finite number"):
        Target(["text"], weight=np.True_)
    assert alignment_weights(np.array([1.0, 2.0]), np.array(0)).tolist() == [1, 1]
    same = alignment_scores(["a"], ["b"], n_jobs=np.int64(1), method=np.str_("conditional"))
    assert same.tolist() == alignment_scores(["a"], ["b"]).tolist()


def test_a_warning_points_at_the_line_of_the_caller():
    with pytest.warns(ShortMemoryWarning) as caught:
        alignment_scores(["one"], ["target " * 9_000], compressor="zlib")
    assert caught[0].filename == __file__


def test_other_options_of_a_target():
    with pytest.raises(ConfigError, match='"conditional" or "zip-fit"'):
        Target(["text"], method="zipfit")
    with pytest.raises(CompressorSpecError):
        Target(["text"], compressor="zstd:99")
    target = Target(["text"], weight=1, method="zip-fit", compressor="lz4")
    with pytest.raises(AttributeError):
        target.weight = 2
    assert repr(target) == "Target(weight=1.0, method='zip-fit', compressor='lz4')"


def test_a_target_without_text():
    with pytest.raises(InputError, match="expected records with text"):
        alignment_scores(["one"], ["", ""])
    with pytest.raises(EmptyPoolError):
        alignment_scores([], ["one"])
    with pytest.raises(RecordError, match="record 1"):
        alignment_scores(["one"], ["one", 2])


@pytest.mark.parametrize(
    "options", [{"method": "ncd"}, {"n_jobs": 0}, {"workers": "many"}, {"compressor": 3}]
)
def test_options_that_cannot_work(options):
    with pytest.raises(ConfigError):
        alignment_scores(["one"], ["two"], **options)


def test_a_target_beyond_the_window_is_warned_of(mixed):
    long = mixed.held_out["docs"] * 2
    with pytest.warns(ShortMemoryWarning, match=r"32,768 bytes.*zstd:6:long"):
        alignment_scores(["one"], long, compressor="zlib")
    alignment_scores(["one"], long)


def test_much_work_is_warned_of(monkeypatch):
    monkeypatch.setattr(alignment, "MANY_PAIRS", 5)
    with pytest.warns(SlowAlignmentWarning, match="6 pairs"):
        alignment_scores(["a", "b", "c"], ["d", "e"], method="zip-fit")
    alignment_scores(["a", "b", "c"], ["d", "e"])
    monkeypatch.setattr(alignment, "MANY_BYTES", 5)
    with pytest.warns(SlowCompressorWarning, match="cannot be primed"):
        alignment_scores(["a", "b", "c"], ["d", "e"], compressor="bz2")


@pytest.mark.parametrize("scores", [[], [1.0, np.nan], [[1.0]], [np.inf]])
def test_scores_that_are_none(scores):
    with pytest.raises(ScoreError, match="one finite number per record"):
        alignment_weights(np.array(scores), 0.5)
