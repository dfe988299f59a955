"""The script of most letters of each record."""

from __future__ import annotations

from string import ascii_letters

import numpy as np

from entropylaw.guards.text import BLOCKS, Piece, beyond_ascii, blocks_in, byte_table
from entropylaw.types import IntArray

_RANGES = {
    "Latin": [(0x00C0, 0x02BF), (0x1E00, 0x1EFF), (0x2C40, 0x2C7F), (0xA700, 0xA7FF)],
    "Greek": [(0x0380, 0x03FF), (0x1F00, 0x1FFF)],
    "Cyrillic": [(0x0400, 0x052F)],
    "Armenian": [(0x0540, 0x057F)],
    "Hebrew": [(0x05C0, 0x05FF)],
    "Arabic": [(0x0600, 0x06FF), (0x0740, 0x077F), (0xFB40, 0xFDFF), (0xFE40, 0xFEFF)],
    "Devanagari": [(0x0900, 0x097F)],
    "Bengali": [(0x0980, 0x09FF)],
    "Gurmukhi": [(0x0A00, 0x0A7F)],
    "Gujarati": [(0x0A80, 0x0AFF)],
    "Tamil": [(0x0B80, 0x0BFF)],
    "Telugu": [(0x0C00, 0x0C7F)],
    "Kannada": [(0x0C80, 0x0CFF)],
    "Malayalam": [(0x0D00, 0x0D7F)],
    "Sinhala": [(0x0D80, 0x0DFF)],
    "Thai": [(0x0E00, 0x0E7F)],
    "Lao": [(0x0E80, 0x0EFF)],
    "Tibetan": [(0x0F00, 0x0FFF)],
    "Burmese": [(0x1000, 0x109F)],
    "Georgian": [(0x10C0, 0x10FF)],
    "Hangul": [(0x1100, 0x11FF), (0x3140, 0x317F), (0xAC00, 0xD7FF)],
    "Ethiopic": [(0x1200, 0x13BF)],
    "Khmer": [(0x1780, 0x17FF)],
    "Kana": [(0x3040, 0x30FF), (0xFF40, 0xFF9F)],
    "Han": [(0x3100, 0x313F), (0x3400, 0x9FFF), (0xF900, 0xFAFF)],
}

SCRIPTS = (*_RANGES, "other scripts", "no letters")
"""Names of the codes of `main_scripts`."""

_LATIN, _OTHER, _NONE = SCRIPTS.index("Latin"), len(SCRIPTS) - 2, len(SCRIPTS) - 1

_SCRIPT_OF_BLOCK = np.full(BLOCKS, _OTHER)
for _number, _ranges in enumerate(_RANGES.values()):
    _SCRIPT_OF_BLOCK[blocks_in(_ranges)] = _number
_SCRIPT_OF_BLOCK[
    blocks_in([(0x80, 0xBF), (0x0300, 0x033F), (0x2000, 0x2BFF), (0x3000, 0x303F)])
] = _NONE  # signs, combining marks, punctuation, arrows, mathematics
_SCRIPT_OF_BLOCK[blocks_in([(0xFE00, 0xFE3F), (0xFF00, 0xFF3F), (0xFFC0, 0x10FFFF)])] = _NONE

_ASCII_LETTER = byte_table({1: ascii_letters})


def main_scripts(piece: Piece) -> IntArray:
    """Return the script of most letters of each part, as a position in `SCRIPTS`; shape (parts,).

    Examples
    --------
    >>> from entropylaw.corpus import Corpus
    >>> from entropylaw.guards.text import pieces
    >>> [piece] = pieces(Corpus.from_rows([t.encode() for t in ("né à Пари", "你好 ok 吗?", "12")]))
    >>> [SCRIPTS[place] for place in main_scripts(piece)]
    ['Cyrillic', 'Han', 'no letters']
    """
    places, _, blocks = beyond_ascii(piece.text)
    kinds = piece.parts_at(places) * len(SCRIPTS) + _SCRIPT_OF_BLOCK[blocks]
    letters = np.bincount(kinds, minlength=len(piece) * len(SCRIPTS)).reshape(len(piece), -1)
    letters[:, _LATIN] += piece.sums(piece.kinds(_ASCII_LETTER))
    letters[:, _NONE] = 0
    scripts: IntArray = np.where(letters.any(axis=1), letters.argmax(axis=1), _NONE)
    return scripts
