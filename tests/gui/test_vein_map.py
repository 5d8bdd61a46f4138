"""The vein map: graded by colour and line, mirrored for the other limb, clicked to choose."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from corelab.domain.vocabulary import Missing, SegmentId, Side
from corelab.ui.segment_state import SegmentState
from corelab.ui.swatch_list import SwatchList
from corelab.ui.theme import Colour
from corelab.ui.vein_map import MapSegment, VeinMap
from corelab.ui.vein_paths import curves, read_tree, shipped_trees, vein_tree

CHARTER_MAPS = [
    "IVC", "CIV", "IIV", "EIV", "CFV", "DFV", "FV_PROX", "FV_MID", "FV_DIST", "POPV",
    "PTV", "PERV", "ATV", "GASTV", "SOLV", "SFJ", "GSV", "SSV",
]  # fmt: skip


def a_segment(map_id: str, side: Side = Side.RIGHT, grade: int | Missing | None = None) -> MapSegment:
    return MapSegment(SegmentId(map_id), map_id, side, map_id, f"{side.letter} {map_id}", grade)


@pytest.fixture
def vein_map(qtbot: QtBot) -> Iterator[VeinMap]:
    shown = VeinMap()
    qtbot.addWidget(shown)
    shown.resize(352, 374)
    shown.show()
    yield shown
    shown.close()


def on_vein(shown: VeinMap, map_id: str, side: Side = Side.RIGHT) -> QPoint:
    vein = vein_tree().veins[map_id]
    return shown._transform(side).map(vein.path.pointAtPercent(0.5)).toPoint()


def near(image: QImage, at: QPoint, colour: QColor) -> bool:
    around = [image.pixelColor(at.x() + dx, at.y() + dy) for dx in range(-4, 5) for dy in range(-4, 5)]
    return any(abs(c.red() - colour.red()) + abs(c.green() - colour.green()) + abs(c.blue() - colour.blue()) < 40 for c in around)


def test_every_segment_of_the_leg_is_drawn() -> None:
    assert set(vein_tree().veins) == set(CHARTER_MAPS)


@pytest.mark.parametrize("map_id", CHARTER_MAPS)
def test_a_click_on_a_vein_chooses_its_segment(vein_map: VeinMap, qtbot: QtBot, map_id: str) -> None:
    side = Side.UNPAIRED if map_id == "IVC" else Side.RIGHT
    vein_map.show_segments((a_segment(map_id, side),), None)
    with qtbot.waitSignal(vein_map.segment_chosen) as chosen:
        QTest.mouseClick(vein_map, Qt.MouseButton.LeftButton, pos=on_vein(vein_map, map_id))
    assert chosen.args == [map_id]


def test_a_click_on_a_label_chooses_its_segment(vein_map: VeinMap, qtbot: QtBot) -> None:
    vein_map.show_segments((a_segment("CFV"), a_segment("POPV")), None)
    label = next(vein_map._label_box(each) for each in vein_map._drawn() if each.segment.id == "POPV")
    assert label is not None
    with qtbot.waitSignal(vein_map.segment_chosen) as chosen:
        QTest.mouseClick(vein_map, Qt.MouseButton.LeftButton, pos=label.center().toPoint())
    assert chosen.args == ["POPV"]


def test_a_click_beside_the_veins_chooses_nothing(vein_map: VeinMap, qtbot: QtBot) -> None:
    vein_map.show_segments((a_segment("CFV"),), None)
    with qtbot.assertNotEmitted(vein_map.segment_chosen):
        QTest.mouseClick(vein_map, Qt.MouseButton.LeftButton, pos=QPoint(3, 3))


def test_grades_have_their_colours_on_the_limb_they_belong_to(vein_map: VeinMap) -> None:
    vein_map.show_segments((a_segment("CFV", Side.RIGHT, 0), a_segment("POPV", Side.LEFT, 2)), None)
    image = vein_map.grab().toImage()
    assert near(image, on_vein(vein_map, "CFV"), Colour.FULL)
    assert near(image, on_vein(vein_map, "POPV", Side.LEFT), Colour.NONE)
    assert not near(image, on_vein(vein_map, "CFV", Side.LEFT), Colour.FULL)


def test_the_left_limb_is_the_mirror_of_the_right(vein_map: VeinMap) -> None:
    vein_map.show_segments((a_segment("GSV", Side.LEFT),), None)
    middle = vein_map._middle
    right, left = on_vein(vein_map, "GSV"), on_vein(vein_map, "GSV", Side.LEFT)
    assert right.x() < middle < left.x()
    assert abs((right.x() + left.x()) / 2 - middle) <= 1


def test_the_current_segment_is_cased_white(vein_map: VeinMap) -> None:
    vein_map.show_segments((a_segment("FV_MID"),), SegmentId("FV_MID"))
    assert near(vein_map.grab().toImage(), on_vein(vein_map, "FV_MID"), Colour.STRONG)


def test_a_segment_that_is_not_drawn_is_left_out(vein_map: VeinMap) -> None:
    vein_map.show_segments((a_segment("PORTAL_MAIN"),), None)
    assert vein_map.segment_at(QPointF(176, 180)) is None
    vein_map.grab()


def test_another_charter_brings_its_own_tree(qtbot: QtBot, tmp_path: Path) -> None:
    file = tmp_path / "liver.svg"
    file.write_text('<svg><path id="PV_MAIN" class="unpaired" d="M100 20 C100 60 100 120 100 200"/></svg>', "utf-8")
    shown = VeinMap(read_tree(file))
    qtbot.addWidget(shown)
    shown.resize(352, 374)
    shown.show_segments((a_segment("PV_MAIN", Side.UNPAIRED),), None)
    at = shown._transform(Side.UNPAIRED).map(QPointF(100, 100))
    found = shown.segment_at(at)
    assert found is not None
    assert found.id == "PV_MAIN"


def test_a_path_with_other_commands_is_refused() -> None:
    with pytest.raises(ValueError, match="'L'"):
        curves("M0 0 L 10 10")


@pytest.mark.parametrize("map_id", sorted(shipped_trees()[1].veins))
def test_a_click_on_a_vein_of_the_liver_chooses_it(vein_map: VeinMap, qtbot: QtBot, map_id: str) -> None:
    liver = shipped_trees()[1]
    vein_map.show_tree(liver)
    vein_map.show_segments((a_segment(map_id, Side.UNPAIRED),), None)
    at = vein_map._transform(Side.UNPAIRED).map(liver.veins[map_id].path.pointAtPercent(0.5)).toPoint()
    with qtbot.waitSignal(vein_map.segment_chosen) as chosen:
        QTest.mouseClick(vein_map, Qt.MouseButton.LeftButton, pos=at)
    assert chosen.args == [map_id]


def test_a_check_to_confirm_is_marked_on_the_vein(vein_map: VeinMap) -> None:
    plain = a_segment("CFV", grade=0)
    vein_map.show_segments((plain,), None)
    assert not near(vein_map.grab().toImage(), on_vein(vein_map, "CFV"), Colour.ATTENTION)
    vein_map.show_segments((replace(plain, state=SegmentState(checks=1)),), None)
    assert near(vein_map.grab().toImage(), on_vein(vein_map, "CFV"), Colour.ATTENTION)


def test_segments_that_no_drawing_knows_are_listed_and_clicked(qtbot: QtBot) -> None:
    shown = SwatchList()
    qtbot.addWidget(shown)
    shown.resize(320, 80)
    shown.show_segments((a_segment("ONE"), a_segment("TWO")), None)
    with qtbot.waitSignal(shown.segment_chosen) as chosen:
        QTest.mouseClick(shown, Qt.MouseButton.LeftButton, pos=shown._box(1).center().toPoint())
    assert chosen.args == ["TWO"]
