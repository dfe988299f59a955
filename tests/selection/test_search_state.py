"""A search goes on from its saved state as if it had never stopped."""

from __future__ import annotations

import numpy as np
import pytest
from golden import Shingles, pool

from entropylaw import Quotas, ZipSelector
from entropylaw.errors import InputError
from entropylaw.selection.search import Search, SearchState

OPTIONS = {
    "plain": {},
    "reference": {"variant": "reference"},
    "lazy": {"packing": "lazy", "screening": "lazy"},
    "quotas": {"groups": "source", "quotas": Quotas("pool"), "variant": "reference"},
}


@pytest.mark.filterwarnings("ignore::entropylaw.errors.EntropyLawWarning")
@pytest.mark.parametrize(
    "spec", [Shingles(), "zlib", "zstd:6:long"], ids=["shingles", "zlib", "zstd"]
)
@pytest.mark.parametrize("options", OPTIONS.values(), ids=OPTIONS)
def test_a_saved_state_goes_on_to_the_same_picks(options, spec, tmp_path):
    selector = ZipSelector(48, k1=60, k2=16, k3=6, compressor=spec, n_jobs=1, **options)
    whole = selector.select(pool(), required=[5])
    problem = selector._problem(pool(), {"required": [5]})
    with selector._sizer(problem) as sizer:
        first = Search(sizer, problem, selector._search)
        picks = [first.next_round().rows for _ in range(4)]
        first.state.save(tmp_path / "state.npz")
        state = SearchState.load(tmp_path / "state.npz")
        assert state == first.state
        second = Search(sizer, problem, selector._search, state=state)
        while (done := second.next_round()) is not None:
            picks.append(done.rows)
        assert second.state != state
    assert np.concatenate(picks).tolist() == whole.indices.tolist()


def test_another_file_or_pool_is_refused(tmp_path):
    (tmp_path / "other").write_text("no state")
    with pytest.raises(InputError, match="state of a search"):
        SearchState.load(tmp_path / "other")
    selector = ZipSelector(5, n_jobs=1)
    problem = selector._problem(["a", "b", "c", "d", "e", "f"], {})
    state = SearchState(np.ones(3), np.ones(3), np.empty(0, np.int64), np.empty(0, np.int64))
    with selector._sizer(problem) as sizer, pytest.raises(InputError, match="pool of 6 records"):
        Search(sizer, problem, selector._search, state=state)


@pytest.mark.parametrize("kept", [0, -30], ids=["empty", "cut short"])
def test_a_damaged_file_is_refused(kept, tmp_path):
    path = tmp_path / "state.npz"
    SearchState(np.ones(3), np.ones(3), np.empty(0, np.int64), np.empty(0, np.int64)).save(path)
    path.write_bytes(path.read_bytes()[:kept])
    with pytest.raises(InputError, match="state of a search"):
        SearchState.load(path)
