"""Priming: every way to read a prefix once and to size continuations of it.

======================  ===========  ==========================================================
`StateCopyPrimed`       exact        a deflate state after the prefix is copied for each item
`RecompressPrimed`      exact        prefix and item are compressed together, at full cost
`FlushedPrimed`         conditional  as state copy, after a flush at the end of the prefix
`DictionaryPrimed`      conditional  the visible prefix becomes the codec's dictionary
`TailPrimed`            conditional  the last bytes of the prefix are compressed with each item
======================  ===========  ==========================================================
"""

from entropylaw.compressors.priming.deflate import (
    DEFLATE_WINDOW,
    FlushedPrimed,
    StateCopyPrimed,
    deflate_dictionary,
    state_copy_is_exact,
)
from entropylaw.compressors.priming.dictionary import BatchSizer, DictionaryPrimed
from entropylaw.compressors.priming.generic import (
    ConditionalPrimed,
    RecompressPrimed,
    TailPrimed,
    prime,
)

__all__ = [
    "DEFLATE_WINDOW",
    "BatchSizer",
    "ConditionalPrimed",
    "DictionaryPrimed",
    "FlushedPrimed",
    "RecompressPrimed",
    "StateCopyPrimed",
    "TailPrimed",
    "deflate_dictionary",
    "prime",
    "state_copy_is_exact",
]
