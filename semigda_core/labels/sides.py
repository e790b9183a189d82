"""Whether classes may distinguish left from right, which mirroring would swap.

Mirrored slices improve a training a little, but spoil the labels if a class is one side. So a name
counts as a side if it may be one.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from semigda_core.files.texts import unaccented


def sided(names: Iterable[str]) -> list[str]:
    """The class names that may be one side, in order.

    A word for a side counts anywhere: ``KidneyLeft``, ``linke Niere``, ``左肾``. So does the letter
    L or R as a word, but not in ``L1``. Other letters count if two names differ in nothing else:
    ``rene_s`` and ``rene_d``.
    """
    names = list(names)
    words = {name: words_of(name) for name in names}
    found = {
        name
        for name in names
        if any(map(_is_side, words[name])) or any(part in name for part in _PARTS)
    }
    for one in names:
        for other in names:
            if frozenset(words[one] ^ words[other]) in _PAIRS or _differ_in_letter(one, other):
                found |= {one, other}
    return [name for name in names if name in found]


def why_not_mirrored(names: Iterable[str]) -> str:
    """One sentence that says why a training does not mirror its images; "" if it does."""
    found = [f"'{name}'" for name in sided(names)]
    if not found:
        return ""
    told = ", ".join(found[:3]) + (" ..." if found[3:] else "")
    return f"Images are not mirrored: {told} may be one side of the body."


def _plain(text: str) -> str:
    plain = unaccented(text).translate(str.maketrans("øłı", "oli"))
    return unicodedata.normalize("NFC", plain)  # Korean letters are composed again


def words_of(name: str) -> frozenset[str]:
    """The words of a name, folded, split at CamelCase and digits, but not "L1"."""
    divided = re.sub(
        r"(?<=[^\W\d_A-ZÀ-Þ])(?=[A-ZÀ-Þ])|(?<=[A-ZÀ-Þ])(?=[A-ZÀ-Þ][^\W\d_A-ZÀ-Þ])", " ", name
    )
    parts = re.split(r"[\W_]+|(?<=[^\W\d_]{2})(?=\d)|(?<=\d)(?=[^\W\d_])", _plain(divided))
    return frozenset(part for part in parts if part)


def _is_side(word: str) -> bool:
    if word in _WORDS or word.startswith(_STEMS):
        return True
    return word.endswith(("left", "right")) and not word.endswith(("cleft", "bright", "upright"))


def _differ_in_letter(one: str, other: str) -> bool:
    """Such as "lkidney" and "rkidney", "VG" and "VD", "OS" and "OD"."""
    one, other = _plain(one), _plain(other)
    return (frozenset(one[:1] + other[:1]) in _LETTERS and one[1:] == other[1:]) or (
        frozenset(one[-1:] + other[-1:]) in _LETTERS and one[:-1] == other[:-1]
    )


# Beginnings of words for a side, in languages that inflect or join words.
_STEMS = tuple(
    _plain(
        """
        left right links linke rechts rechte gauche droite sinist dexter dextr destr izquierd derech
        esquerd direit lewy lewa lewe praw левы лева лево леву слев правы права право праву справ
        лів прав venstr høyre højre vänster höger vasemm vasen oikea αριστερ δεξι
        """
    ).split()
)
# Whole words: short ones, and those that are the beginning of other words.
_WORDS = frozenset(
    _plain(
        """
        l r lh rh lt rt lft rgt lhs rhs lf sin sx dex dx li re droit droits destra izq izda
        izdo der dcha dcho esq dir dta dto leva levá levý levé pravá pravý pravé lijevi
        lijeva desni desna
        лев прав ліва правий sol sağ bal jobb stânga stâng dreapta drept trái phải kiri kanan
        يسار أيسر الأيسر اليسرى يسرى يمين أيمن الأيمن اليمنى يمنى שמאל שמאלי שמאלית ימין ימני ימנית
        """
    ).split()
)
# Scripts that put no spaces between words, or write vowels as marks: anywhere in a name.
_PARTS = tuple("左 右 왼 오른 좌 우 ひだり みぎ ซ้าย ขวา बाय बाएं दाय दाएं".split())
# Left and right, by the first letters in several languages.
_PAIRS = {frozenset(pair) for pair in ("gd", "sd", "ed", "id", "lp", "vh", "vp")}
_LETTERS = {frozenset(pair) for pair in ("lr", "gd", "sd")}  # at an end of a word
