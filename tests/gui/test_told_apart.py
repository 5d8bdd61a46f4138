"""Answers that begin alike are told apart wherever one word stands for them, and what is only preset does not look answered."""

from corelab.domain.charter import ChoiceItem
from corelab.domain.values import options_words
from corelab.domain.vocabulary import WHOLE_EXAM, Grade
from corelab.ui.segment_words import grade_words, segment_grade, segment_words
from tests.charter_builders import SHIPPED
from tests.gui.full_forms import charter, leg


def test_a_word_stands_for_an_option_unless_another_begins_with_it() -> None:
    assert options_words(("Full: walls meet", "Clot, old", "Clot, fresh")) == ("Full", "Clot, old", "Clot, fresh")


def test_no_two_answers_of_a_shipped_charter_are_said_alike() -> None:
    choices = [item for name in SHIPPED for item in charter(name).items if isinstance(item, ChoiceItem)]
    for item in choices:
        said = [grade_words(item, Grade(option.value)) for option in item.options]
        assert len(set(said)) == len(said), item.id
    assert any(", " in grade_words(item, Grade(option.value)) for item in choices for option in item.options)


def test_questions_of_the_exam_that_are_only_preset_are_not_drawn_as_answered() -> None:
    reading = leg().reading
    whole = reading.form.segment(WHOLE_EXAM)
    assert segment_grade(reading, whole) is None
    assert segment_words(reading, whole) == "Whole exam. Preset"
