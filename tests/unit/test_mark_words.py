"""Words of marks that lie close together on the time line."""

from PySide6.QtCore import QPointF, QRectF

from corelab.ui.mark_words import apart, places


def word(x: float, *levels: float, before: bool = False) -> tuple[QRectF, ...]:
    return places(QPointF(x, 40), 30, levels or (20, 45), before=before)


def test_a_word_stands_to_the_right_of_its_mark_and_where_asked_to_the_left() -> None:
    right, left = apart([word(100), word(300, before=True)], 0, 500)
    assert right is not None
    assert right.left() > 100
    assert left is not None
    assert left.right() < 300


def test_words_of_neighbouring_marks_do_not_lie_over_each_other() -> None:
    found = apart([word(100), word(108), word(116)], 0, 500)
    boxes = [box for box in found if box is not None]
    assert len(boxes) == 3
    assert not any(one.intersects(other) for n, one in enumerate(boxes) for other in boxes[n + 1 :])


def test_a_word_without_a_place_is_left_out() -> None:
    assert apart([word(100, 20), word(102, 20), word(104, 20)], 0, 500)[2] is None


def test_a_word_stays_within_the_line() -> None:
    first, last = apart([word(5, before=True), word(495)], 0, 500)
    assert first is not None
    assert first.left() > 5
    assert last is not None
    assert last.right() < 495


def test_a_word_keeps_clear_of_the_axis() -> None:
    (found,) = apart([word(60, before=True)], 50, 500)
    assert found is not None
    assert found.left() > 60
