"""What the words of a file's name tell: image or label, and whose.

Names are compared without case, accents and separators; "CaseMask" is two words.
"""

from __future__ import annotations

import functools
import re
from pathlib import Path

from semigda_core.files.formats import stem
from semigda_core.files.texts import unaccented

_LABEL_WORDS = frozenset(
    unaccented(word)
    for word in (
        # English
        "label labels labelmap seg segm segs segmentation segmentations mask masks msk gt "
        "groundtruth truth annotation annotations annot contour contours delineation roi "
        # German, French, Spanish, Portuguese, Italian
        "maske masken segmentierung segmentierungen kontur konturen "
        "masque masques étiquette étiquettes "
        "máscara máscaras segmentación etiqueta etiquetas contorno contornos anotación "
        "segmentação rótulo rótulos anotação "
        "maschera maschere segmentazione etichetta etichette "
        # Dutch, Scandinavian, Polish, Czech, Turkish
        "masker maskers segmentatie segmentering maska maski segmentacja segmentace bölütleme "
        # Russian, Chinese, Japanese, Korean
        "маска маски сегментация разметка метка "
        "标签 掩码 掩膜 分割 标注 標籤 遮罩 マスク ラベル セグメンテーション 마스크 라벨 분할"
    ).split()
)
_IMAGE_WORDS = frozenset(
    unaccented(word)
    for word in (
        "image images img volume vol scan 0000 bild bilder imagen imágenes imagem immagine "
        "obraz изображение 图像 影像 画像 영상"
    ).split()
)
# Sequences of one examination, which share a grid if one label belongs to all of them.
_SEQUENCES = frozenset(
    "t1 t1w t1c t1ce t1gd t1n t2 t2w t2f flair dwi adc pd swi dce ct pet".split()
)
# Scripts without spaces between words.
_UNSPACED = re.compile("(" + "|".join(w for w in _LABEL_WORDS | _IMAGE_WORDS if w > "\u3000") + ")")
_CHANNEL = re.compile(r"(.+)_(\d{4})")


@functools.lru_cache(maxsize=100_000)  # panels ask again and again
def words(path: Path) -> tuple[str, ...]:
    """The words of a name, in lower case without accents."""
    apart = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", stem(path))
    apart = _UNSPACED.sub(r" \1 ", unaccented(apart))
    return tuple(word for word in re.split(r"[\s_.\-]+", apart) if word)


def is_label_word(word: str) -> bool:
    """Also with a number: "mask2"."""
    return (word.rstrip("0123456789") or word) in _LABEL_WORDS


def names_label(path: Path) -> bool:
    """Whether a file's name contains a word for a label."""
    return any(map(is_label_word, words(path)))


def ends_as_label(path: Path) -> bool:
    """Whether such a word is the last one, apart from a number: "case1_mask_2"."""
    found = [word for word in words(path) if not word.isdecimal()]
    return bool(found) and is_label_word(found[-1])


def image_key(path: Path) -> str:
    """An image's name without words for images."""
    return " ".join(word for word in words(path) if word not in _IMAGE_WORDS)


def label_keys(path: Path) -> list[str]:
    """Possible names of a label's image, the likeliest first: without words for labels; also
    without the number of one of several labels; the part before the word."""
    found = words(path)
    places = [place for place, word in enumerate(found) if is_label_word(word)]
    kept = [w for w in found if not is_label_word(w) and w not in _IMAGE_WORDS]
    keys = [" ".join(kept)]
    if places:
        after = found[places[-1] + 1 :]
        if after and all(word.isdecimal() for word in after):
            keys.append(" ".join(kept[: -len(after)]))
        keys.append(" ".join(w for w in found[: places[0]] if w not in _IMAGE_WORDS))
    return [keys[0], *(key for key in dict.fromkeys(keys[1:]) if key and key != keys[0])]


def channel(path: Path) -> tuple[str, int] | None:
    """The case and number of a channel in nnU-Net's names: "case_0001"."""
    found = _CHANNEL.fullmatch(stem(path))
    return (found[1], int(found[2])) if found else None


def sequence_base(path: Path) -> str | None:
    """The name before a last word for a sequence: "sub-01" of "sub-01_T1w"."""
    head = re.fullmatch(r"(.+?)[\s_.\-]+([A-Za-z0-9]+)", stem(path))
    return head[1] if head and head[2].lower() in _SEQUENCES else None


def natural(path: Path) -> list[tuple[int, int, str]]:
    """A key that sorts 2 before 10; names that differ in case alone have an order, too."""
    parts = re.split(r"(\d+)", path.name)
    sorted_by = [(0, int(t), "") if t.isdecimal() else (1, 0, t.lower()) for t in parts]
    return [*sorted_by, (-1, 0, path.name)]
