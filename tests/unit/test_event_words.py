"""Every kind of event is said in words, and can be chosen by a group."""

from corelab.domain.event_kinds import KIND_COMMANDS
from corelab.ui.event_words import GROUPS, KIND_WORDS


def test_every_kind_of_event_has_words() -> None:
    assert sorted(KIND_COMMANDS.keys() - KIND_WORDS.keys()) == []


def test_every_kind_of_event_is_in_a_group() -> None:
    parts = [part for group in GROUPS.values() for part in group]
    assert [kind for kind in KIND_COMMANDS if not any(kind == part or kind.startswith(f"{part}.") for part in parts)] == []
