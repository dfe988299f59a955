"""Attributes of errors in addition to their message."""

import pickle

import pytest

from entropylaw import Quotas, Tokens, ZipSelector, ZipStream
from entropylaw.errors import (
    BudgetError,
    ColumnError,
    ConfigError,
    EntropyLawError,
    RecordError,
    concerning,
)

POOL = [{"text": f"record {i}", "source": "web"} for i in range(9)]

WRONG = [
    (lambda: ZipSelector(5, k1=3, k2=2), ("k1", "k2", "k3")),
    (lambda: ZipSelector(5, min_bytes=9, max_bytes=8), ("min_bytes", "max_bytes")),
    (
        lambda: ZipSelector(5, quotas=Quotas("pool"), screening="adaptive"),
        ("quotas", "screening"),
    ),
    (lambda: Quotas("pool", minimum=5), ("shares", "minimum", "maximum")),
    (
        lambda: Tokens(5, counts="n", bytes_per_token=4),
        ("counts", "tokenizer", "bytes_per_token"),
    ),
    (lambda: ZipStream(budget=9, expected=5), ("budget", "expected")),
    (lambda: ZipSelector(10).select(POOL), ("budget",)),
    (lambda: ZipSelector(5, groups="sorce").select(POOL), ("groups",)),
    (
        lambda: ZipSelector(5, groups="source", quotas=Quotas(maximum=2)).select(POOL),
        ("budget", "quotas.maximum"),
    ),
]


@pytest.mark.parametrize(("call", "parameters"), WRONG)
def test_an_error_names_the_options_that_it_is_about(call, parameters):
    with pytest.raises(EntropyLawError) as caught:
        call()
    assert caught.value.parameters == parameters


@pytest.mark.parametrize("kind", [ConfigError, BudgetError])
def test_what_an_error_is_about_comes_through_a_process(kind):
    error = pickle.loads(pickle.dumps(kind("k1 is below k2", parameters=["k1", "k2"])))
    assert type(error) is kind
    assert (str(error), error.parameters) == ("k1 is below k2", ("k1", "k2"))


def test_errors_are_about_no_option_unless_they_say_so():
    assert ConfigError("wrong").parameters == RecordError("empty", row=3).parameters == ()


def test_what_raises_an_error_knows_best_what_it_is_about():
    with pytest.raises(ConfigError) as caught, concerning(ConfigError, "output"):
        raise ConfigError("wrong", parameters=["k1"])
    assert caught.value.parameters == ("k1",)
    with pytest.raises(ColumnError) as missing, concerning(ConfigError, "output"):
        raise ColumnError("missing")
    assert missing.value.parameters == ()
