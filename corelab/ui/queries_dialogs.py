"""What is asked before a step of a query: words, a day, a site, a letter; and what a new query is about."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QLineEdit, QPlainTextEdit, QWidget

from corelab.domain.queries import QueryKind
from corelab.ui.buttons import Button
from corelab.ui.dialog import Dialog
from corelab.ui.fields import ElidedBox, field
from corelab.ui.parts import text_label
from corelab.ui.query_words import KIND_WORDS
from corelab.ui.theme import Colour, Size, Weight
from corelab.ui.words import words_for

CODES_ONLY = "Codes only: subject, visit, segment, numbers of objects. No name, no date of birth, no number of the patient."


@dataclass(frozen=True, slots=True)
class QueryAbout:
    """What a new query is about, as another page knows it. ``name`` says it in words; ``exam`` is SUBJECT:VISIT."""

    clip: str | None = None
    exam: str | None = None
    name: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """What was typed before a step. ``about`` and ``kind`` only for a new query."""

    words: str = ""
    due: date | None = None
    site: str | None = None
    attached: Path | None = None
    kind: QueryKind = QueryKind.OTHER
    exam: str | None = None
    segment: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a step asks for: ``words`` names the field, ``needed`` where it may not be empty; ``due`` and ``site`` are what stands there."""

    title: str
    question: str
    do: str
    words: str = "Words to add"
    needed: bool = False
    due: str | None = None
    site: bool = False
    attach: bool = False


class StepDialog(Dialog):
    """Stays open until the service has answered: what was typed is not lost when it is refused.

    Signals:
        given: carries what was typed.
    """

    given = Signal(object)

    def __init__(self, parent: QWidget, asked: Asked) -> None:
        super().__init__(parent, asked.title)
        self._asked = asked
        self.attached: Path | None = None
        self.add_words(asked.question)
        self._before_words()
        self.site, self.due = QLineEdit(), QLineEdit(asked.due or "")
        self.site.setPlaceholderText("S01")
        if asked.site:
            self.lines.addWidget(field("Site", self.site))
        if asked.due is not None:
            self.lines.addWidget(field("Answer by", self.due))
        self.words = QPlainTextEdit()
        self.words.setTabChangesFocus(True)
        self.lines.addWidget(field(asked.words, self.words, CODES_ONLY))
        self.words.setFixedHeight(80)
        self.letter = Button("Attach a letter")
        self.letter.clicked.connect(self._on_attach)
        self.letter_told = text_label("", Size.HINT, Weight.TEXT, Colour.SECOND, wrap=True)
        if asked.attach:
            self.lines.addWidget(self.letter)
            self.lines.addWidget(self.letter_told)
        self.fault = text_label("", Size.BODY, Weight.VALUE, Colour.ATTENTION, wrap=True)
        self.lines.addWidget(self.fault)
        self.fault.hide()
        self.add_button("Cancel", self.reject, cap="Esc")
        self.do = self.add_button(asked.do, self._on_do, primary=True)
        self._first_field().setFocus()

    def _before_words(self) -> None:
        """Fields that stand first."""

    def _first_field(self) -> QWidget:
        return self.site if self._asked.site else self.words

    def _on_attach(self) -> None:
        chosen, _filter = QFileDialog.getOpenFileName(self, "A letter of the site")
        if chosen:
            self.attached = Path(chosen)
            self.letter_told.setText("The file is kept in quarantine; its name is sealed.")
            self.letter.setText("Another letter")

    def said(self) -> Said:
        """Raises ValueError for a day that is none."""
        day = self.due.text().strip()
        due = date.fromisoformat(day) if self._asked.due is not None and day else None
        return Said(self.words.toPlainText().strip(), due, self.site.text().strip() or None, self.attached)

    def _on_do(self) -> None:
        try:
            said = self.said()
        except ValueError:
            self.say("A day is written as 2026-01-12.")
            return
        if self._asked.needed and not said.words and said.attached is None:
            self.say(f"{self._asked.words}: words are needed here.")
            self.words.setFocus()
            return
        self.do.setEnabled(False)
        self.given.emit(said)

    def refuse(self, error: BaseException) -> None:
        """Say why it was not done; what was typed stays."""
        self.say(words_for(error).all)

    def say(self, words: str) -> None:
        self.fault.setText(words)
        self.fault.show()
        self.do.setEnabled(True)


class RaiseDialog(StepDialog):
    """A new query: kind, what it is about, the site where it is not known, words."""

    def __init__(self, parent: QWidget, about: QueryAbout, sites: Sequence[str]) -> None:
        self._about = about
        named = f" It is about {about.name}." if about.name else ""
        question = f"The text comes from a template and is filled with codes; what you write is added to it.{named}"
        super().__init__(parent, Asked("Raise a query", question, "Raise the query", site=True))
        if sites:
            self.site.setPlaceholderText(f"known from the delivery, or one of {', '.join(sites[:6])}")
        else:
            self.site.setPlaceholderText("known from the delivery, or its code")

    def _before_words(self) -> None:
        self.kind = ElidedBox()
        for kind in QueryKind:
            self.kind.addItem(KIND_WORDS[kind], kind.value)
        self.lines.addWidget(field("What is wrong", self.kind))
        self.exam, self.segment = QLineEdit(self._about.exam or ""), QLineEdit()
        self.exam.setPlaceholderText("S01:D10")
        self.segment.setPlaceholderText("as the charter calls it, where it is about one")
        if not (self._about.clip or self._about.exam):
            self.lines.addWidget(field("Exam", self.exam))
        self.lines.addWidget(field("Segment", self.segment))
        self.kind.setCurrentIndex(list(QueryKind).index(QueryKind.QUALITY if self._about.clip else QueryKind.VIEW_MISSING))

    def _first_field(self) -> QWidget:
        return self.kind

    def said(self) -> Said:
        plain = super().said()
        kind = QueryKind(self.kind.currentData())
        return Said(plain.words, None, plain.site, None, kind, self.exam.text().strip() or None, self.segment.text().strip())


def ask(parent: QWidget, asked: Asked, given: Callable[[Said], object]) -> StepDialog:
    """Open the question; ``given`` gets what was typed."""
    dialog = StepDialog(parent, asked)
    dialog.given.connect(given)
    dialog.open()
    return dialog


class GiveDialog(Dialog):
    """Who sees to a query from now on.

    Signals:
        given: carries the user name.
    """

    given = Signal(str)

    def __init__(self, parent: QWidget, name: str, people: Sequence[tuple[str, str]]) -> None:
        super().__init__(parent, f"Give {name} to another coordinator")
        self.person = ElidedBox()
        for user, printed in people:
            self.person.addItem(printed, user)
        self.lines.addWidget(field("Who sees to it from now on", self.person))
        self.add_button("Cancel", self.reject, cap="Esc")
        self.do = self.add_button("Give", self._on_do, primary=True)
        self.do.setEnabled(bool(people))
        self.person.setFocus()

    def _on_do(self) -> None:
        self.given.emit(str(self.person.currentData()))
        self.accept()
