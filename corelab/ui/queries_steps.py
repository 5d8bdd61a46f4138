"""Steps of a query from the page: asked for in a dialog that keeps what was typed, done by the services, told in words."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from corelab.domain.accounts import Person, Role
from corelab.domain.queries import Query, QueryFilter, QueryState, due_from
from corelab.services import accounts, queries
from corelab.ui import dialogs
from corelab.ui.desk import Desk
from corelab.ui.queries_dialogs import Asked, GiveDialog, QueryAbout, RaiseDialog, Said, StepDialog, ask
from corelab.ui.query_words import state_words


class QuerySteps(QObject):
    """Asks, does, tells.

    Signals:
        done: a step is on record; carries words about it, and the id of the query ("" for none).
    """

    done = Signal(str, str)

    def __init__(self, page: QWidget, desk: Desk) -> None:
        super().__init__(page)
        self._page, self._desk = page, desk
        self._dialog: StepDialog | None = None

    # ------------------------------------------------------------ asking

    def send(self, one: Query) -> None:
        """For the first time, as a reminder, or back to the site."""
        due = f"{due_from(None, self._desk.lab.clock.now()):%Y-%m-%d}"
        title, do = _SENDING.get(one.state, (f"Send {one.name}", "It is sent"))
        back = one.state is QueryState.ANSWERED
        question = "Say that it went to the site: print the letter, or write to the site yourself. This program sends nothing."
        asked = Asked(
            title.format(name=one.name),
            question,
            do,
            words="What is still missing" if back else "Words to add",
            needed=back,
            due=due,
            site=one.site is None,
        )
        self._ask(asked, partial(self._send, one.id))

    def answer(self, one: Query) -> None:
        asked = Asked(f"Answer to {one.name}", "What did the site answer?", "Keep the answer", words="Answer", needed=True, attach=True)
        self._ask(asked, lambda said: queries.answer(*self._here, one.id, said.words, attached=said.attached))

    def close(self, one: Query) -> None:
        """The answer settles it."""
        asked = Asked(
            f"Close {one.name}?", "The answer settles it. Closed queries stay on record and are not opened again.", "Close the query"
        )
        self._ask(asked, lambda said: queries.close(*self._here, one.id, said.words))

    def cancel(self, one: Query) -> None:
        asked = Asked(f"Cancel {one.name}?", "It is not asked any more and stays on record.", "Cancel the query", words="Why", needed=True)
        self._ask(asked, lambda said: queries.cancel(*self._here, one.id, said.words))

    def exclude(self, one: Query) -> None:
        """Exclude, or include again."""
        if one.excluded is not None:
            self._do(partial(queries.include, *self._here, one.id))
            return
        question = "Packages are written and the data locked although it is open. The reason is listed in the package."
        asked = Asked(f"Exclude {one.name}?", question, "Exclude the query", words="Why", needed=True)
        self._ask(asked, lambda said: queries.exclude(*self._here, one.id, said.words))

    def give(self, one: Query) -> None:
        """To another coordinator, chosen by name."""
        work = partial(accounts.people, *self._here)
        self._desk.jobs.query(self, work, partial(self._ask_person, one), self._on_failed)

    def _ask_person(self, one: Query, people: tuple[Person, ...]) -> None:
        others = [each for each in people if each.active and Role.COORDINATOR in each.roles and each.printed_name != one.owner]
        dialog = GiveDialog(self._page, one.name, [(each.user_name, each.printed_name) for each in others])
        dialog.given.connect(partial(self._give, one.id))
        dialog.open()

    def _give(self, query: str, user: str) -> None:
        self._do(partial(queries.give, *self._here, query, user))

    def ask_site(self, about: QueryAbout, sites: tuple[str, ...]) -> None:
        """A new query."""
        dialog = RaiseDialog(self._page, about, sites)
        dialog.given.connect(partial(self._on_given, partial(self._raise, about)))
        self._dialog = dialog
        dialog.open()

    def print_letters(self, wanted: QueryFilter) -> None:
        """Letters or a table of what is listed."""
        name = f"{self._desk.lab.trial_id}_queries.pdf"
        chosen, _filter = QFileDialog.getSaveFileName(self._page, "Print the queries", name, "Letters (*.pdf);;Table (*.csv)")
        if chosen:
            work = partial(queries.print_queries, *self._here, Path(chosen), wanted)
            self._desk.jobs.query(self, work, partial(self._on_printed, chosen), self._on_failed)

    # ------------------------------------------------------------ doing

    @property
    def _here(self) -> tuple[Any, Any]:
        return self._desk.lab, self._desk.session

    def _send(self, query: str, said: Said) -> Query:
        return queries.send(*self._here, query, due=said.due, words=said.words, site=said.site)

    def _raise(self, about: QueryAbout, said: Said) -> Query:
        facts = {"segment": said.segment} if said.segment else {}
        exam = about.exam or said.exam
        new = queries.raise_query(
            *self._here, said.kind, clip=about.clip, exam=None if about.clip else exam, site=said.site, facts=facts, words=said.words
        )
        return queries.query(*self._here, new)

    def _ask(self, asked: Asked, work: Callable[[Said], Query]) -> None:
        self._dialog = ask(self._page, asked, partial(self._on_given, work))

    def _on_given(self, work: Callable[[Said], Query], said: Said) -> None:
        self._do(partial(work, said))

    def _do(self, work: Callable[[], Query]) -> None:
        self._desk.jobs.query(self, work, self._on_done, self._on_failed)

    def _on_done(self, one: Query) -> None:
        self._close_dialog()
        self.done.emit(f"{one.name} is {state_words(one)}.", one.id)

    def _on_printed(self, chosen: str, count: int) -> None:
        self.done.emit(f"{count} {'query' if count == 1 else 'queries'} printed to {chosen}.", "")

    def _on_failed(self, error: Exception) -> None:
        if self._dialog is not None:
            self._dialog.refuse(error)
        else:
            dialogs.show_error(self._page, error)

    def _close_dialog(self) -> None:
        if self._dialog is not None:
            dialog, self._dialog = self._dialog, None
            dialog.accept()


_SENDING = {
    QueryState.SENT: ("Remind the site of {name}", "The site is reminded"),
    QueryState.ANSWERED: ("Send {name} back", "It is sent back"),
}
