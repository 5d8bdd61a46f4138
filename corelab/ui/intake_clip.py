"""The chosen clip beside the table: what was found in it, what is proposed and said, the veins to drop it on, and what can be done."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from corelab.domain.charter import Charter
from corelab.domain.intake import ClipState
from corelab.domain.vocabulary import SegmentId
from corelab.services.intake import ExamOverview, Mode, Quality, View, WaitingClip
from corelab.ui.buttons import ActionRow, Button, command_button
from corelab.ui.cards import Card
from corelab.ui.commands import action, with_keys
from corelab.ui.intake_choices import ChoiceStrip
from corelab.ui.intake_map import ClipMap, map_segments
from corelab.ui.intake_settling import accept_words
from corelab.ui.intake_words import (
    MODE_WORDS,
    QUALITY_WORDS,
    SOURCE_WORDS,
    VIEW_WORDS,
    confirmable,
    frames_words,
    needs_mask,
    placed_words,
    proposed_words,
    remarks_words,
    segment_of,
    settled,
    source_words,
    text_words,
    trouble_words,
)
from corelab.ui.key_parts import follow_keys
from corelab.ui.parts import text_label, tint
from corelab.ui.theme import Colour, Size, Weight

_VIEWS, _MODES, _GRADES = tuple(View), tuple(Mode), tuple(Quality)


class ClipCard(Card):
    """One clip, or what several have in common.

    Signals:
        view_picked, mode_picked, quality_picked: carry the place of the word, from 0.
    """

    view_picked = Signal(int)
    mode_picked = Signal(int)
    quality_picked = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.lines.setContentsMargins(14, 12, 14, 12)
        self._title = text_label("", Size.PANEL, Weight.HEADING, Colour.STRONG)
        self._found = text_label("", Size.HINT, Weight.TEXT, Colour.SECOND, wrap=True)
        self._label = text_label("", Size.SEGMENT, Weight.HEADING, Colour.STRONG)
        self._source = text_label("", Size.HINT, Weight.TEXT, Colour.SECOND, wrap=True)
        self.views = ChoiceStrip("Manoeuvre", [VIEW_WORDS[each] for each in _VIEWS], action("view").keys)
        self.modes = ChoiceStrip("Mode", [MODE_WORDS[each] for each in _MODES], action("mode").keys)
        self.grades = ChoiceStrip("Quality", [QUALITY_WORDS[each] for each in _GRADES], action("quality").keys)
        self.map = ClipMap()
        self._faults = text_label("", Size.HINT, Weight.VALUE, Colour.ATTENTION, wrap=True)
        self._notes = text_label("", Size.HINT, Weight.TEXT, Colour.SECOND, wrap=True)
        self.commands: dict[str, Button] = {
            "accept_held": ActionRow("accept_held"),
            "replace_clip": ActionRow("replace_clip", "Replace the earlier one"),
            "ask_site": command_button("ask_site", "Raise query"),
            "reject_clip": command_button("reject_clip", "Reject"),
        }
        for strip, picked in ((self.views, self.view_picked), (self.modes, self.mode_picked), (self.grades, self.quality_picked)):
            strip.picked.connect(picked)
        hint = text_label("", Size.HINT, Weight.TEXT, Colour.THIRD, wrap=True)
        follow_keys(hint, lambda label: label.setText(with_keys(_HINT)))
        said = (self._title, self._found, self._label, self._source, self._faults)
        offers = (self.commands["accept_held"], self.commands["replace_clip"])
        for widget in (*said, *offers, self._notes, self.views, self.modes, self.grades):
            self.lines.addWidget(widget)
        beside = QHBoxLayout()
        beside.setSpacing(8)
        for command in ("ask_site", "reject_clip"):
            beside.addWidget(self.commands[command])
        beside.addStretch(1)
        self.lines.addLayout(beside)
        self.lines.addWidget(self.map)
        self.lines.addWidget(hint)

    def show_low(self, *, low: bool) -> None:
        """A lower map without labels."""
        self.map.show_narrow(narrow=low)

    def show_clips(
        self, charter: Charter, chosen: Sequence[WaitingClip], exam: ExamOverview | None, waiting: Sequence[WaitingClip]
    ) -> None:
        """``waiting``: the other clips of the exam, for the map."""
        self.setVisible(bool(chosen))
        if not chosen:
            return
        clip = chosen[0]
        several = len(chosen) > 1
        self._title.setText(f"{len(chosen)} clips chosen" if several else f"Clip {clip.number}   {clip.subject} {clip.visit}")
        self._found.setText("What you say is said of all of them." if several else found_words(clip))
        self._show_label(chosen)
        for label, words in ((self._faults, trouble_words(clip)), (self._notes, remarks_words(clip))):
            label.setText("" if several else words)
            label.setVisible(bool(label.text()))
        self._show_choices(chosen)
        self.map.show_charter(charter, map_segments(charter, exam, waiting), _on_map(clip))
        self._show_offers(clip, several=several)

    def _show_label(self, chosen: Sequence[WaitingClip]) -> None:
        words, source = label_words(chosen)
        self._label.setText(words)
        said = all(each.segment for each in chosen)
        tint(self._label, Colour.STRONG if said else Colour.ACCENT if any(confirmable(each) for each in chosen) else Colour.ATTENTION)
        self._source.setText(source)
        self._source.setVisible(bool(source))

    def _show_choices(self, chosen: Sequence[WaitingClip]) -> None:
        labelled, proposal = all(each.segment for each in chosen), chosen[0].proposal
        view = _VIEWS.index(proposal.view) if proposal and proposal.view else None
        mode = _MODES.index(proposal.mode) if proposal and proposal.mode else None
        self.views.show_chosen(_common([_VIEWS.index(each.view) if each.view else None for each in chosen]), view, enabled=labelled)
        self.modes.show_chosen(_common([_MODES.index(each.mode) if each.mode else None for each in chosen]), mode, enabled=labelled)
        graded = _common([_GRADES.index(each.quality.grade) if each.quality else None for each in chosen])
        self.grades.show_chosen(graded, enabled=labelled)

    def _show_offers(self, clip: WaitingClip, *, several: bool) -> None:
        held = clip.state is ClipState.HELD and not needs_mask(clip) and not several
        self.commands["accept_held"].setVisible(held)
        self.commands["accept_held"].setText(accept_words(clip))
        self.commands["replace_clip"].setVisible(clip.earlier is not None and not several)
        self.commands["ask_site"].setEnabled(not several)
        self.commands["reject_clip"].setEnabled(not settled(clip))


_HINT = "{to_pixel_check} opens the clip in the pixel check. Shift and arrows choose several clips."


def found_words(clip: WaitingClip) -> str:
    """What the file brought, on one line."""
    scale = "scale found" if clip.calibrated else "no scale"
    return f"{frames_words(clip)}  \u00b7  {clip.columns} x {clip.rows}  \u00b7  {scale}  \u00b7  text: {text_words(clip)}"


def label_words(chosen: Sequence[WaitingClip]) -> tuple[str, str]:
    """The label as said or proposed, and where the proposal comes from."""
    clip = chosen[0]
    if len(chosen) > 1:
        named = {segment_of(each) for each in chosen}
        return (named.pop() if len(named) == 1 and "" not in named else f"{len(named)} labels"), ""
    if clip.segment:
        return segment_of(clip), _evidence_words(clip)
    if confirmable(clip):
        return f"{proposed_words(clip)} ?", with_keys(f"Proposed by: {source_words(clip)}. {{open}} confirms it.")
    return "No label yet", _evidence_words(clip) or "Type the code, or drag the clip onto the vein."


def _evidence_words(clip: WaitingClip) -> str:
    """What each source says of segment and side, where that is not what the label says."""
    label = segment_of(clip)
    told = [(placed_words(each.segment, each.side), SOURCE_WORDS[each.source]) for each in clip.evidence if each.segment]
    return "; ".join(f"{source}: {words}" for words, source in told if words != label)


def _on_map(clip: WaitingClip) -> SegmentId | None:
    if clip.segment is None:
        return None
    bare, letter = clip.segment.partition(".")[0], clip.side.letter if clip.side else ""
    return SegmentId(f"{letter}:{bare}" if letter else bare)


def _common(places: Sequence[int | None]) -> int | None:
    return places[0] if len(set(places)) == 1 else None
