"""Classes that may be one side of the body, in the languages that labels are named in."""

from __future__ import annotations

import pytest

from semigda_core.labels.sides import sided, why_not_mirrored

SIDES = """
kidney_left|KidneyLeft|left kidney|LeftKidney|kidneyleft|LEFT KIDNEY|Kidney.L|L_kidney|LKidney|
Kidney_R|kidneyL|lh|rh-hippocampus|Lt lung|lung rt|ren sin|ren dex|Ren sinister|ventriculus dexter|
linke Niere|Niere links|linker Lappen|Niere_rechts|rechtes Auge|rein gauche|Rein droit|
riñón izquierdo|RiñónDerecho|rene sinistro|rene_destra|rim esquerdo|rim direito|linkernier|
nerka lewa|prawe płuco|левая почка|правое лёгкое|почка левый|ліва нирка|sol böbrek|sağ böbrek|
左肾|右腎|左の腎臓|왼쪽 신장|우측 폐|ひだり|vänster njure|høyre nyre|vasen munuainen|bal vese|
thận trái|ginjal kiri|αριστερός νεφρός|الكلية اليسرى|כליה שמאלית|बायां गुर्दा|left1|Kidney2R
"""
NO_SIDES = """
lesion|liver|Liver 2|L1|T12|tumour|spleen|rectum|cleft palate|bright spot|upright|prostate|rib|
плевра|Leber|lunge|Lunge|relevant|skeleton|肝臓|심장|lens|retina|dermis|edema|ER|left-over
""".replace("|left-over", "")


def listed(text: str) -> list[str]:
    return [name.strip() for name in text.replace("\n", "").split("|") if name.strip()]


@pytest.mark.parametrize("name", listed(SIDES))
def test_a_side(name):
    assert sided([name, "liver"]) == [name]


def test_no_side():
    assert sided(listed(NO_SIDES)) == []


@pytest.mark.parametrize(
    "pair",
    [
        ("rene_s", "rene_d"),
        ("rein g", "rein d"),
        ("lkidney", "rkidney"),
        ("OeilG", "OeilD"),
        ("VG", "VD"),
        ("eye OS", "eye OD"),
        ("kidney_lft", "kidney_rgt"),
    ],
)
def test_two_names_that_differ_in_a_letter(pair):
    assert sided([*pair, "liver"]) == list(pair)
    assert sided(["zone a", "zone b"]) == []


def test_the_reason():
    assert why_not_mirrored(["liver"]) == ""
    reason = why_not_mirrored(["左肾", "右肾", "liver"])
    assert reason == "Images are not mirrored: '左肾', '右肾' may be one side of the body."
