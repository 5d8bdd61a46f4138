"""From the first screen to a person who may work: password, second factor, what is due, the statement."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from PySide6.QtCore import QObject, Signal

from corelab.domain.access import Duty, Way
from corelab.domain.accounts import Person
from corelab.domain.record_errors import SecondFactorNeededError, SignedInElsewhereError
from corelab.domain.statement import Statement
from corelab.services import accounts, acknowledgements, second_factor
from corelab.services.accounts import Session
from corelab.services.labs import OpenLab
from corelab.services.second_factor import Enrolment
from corelab.ui.jobs import Jobs
from corelab.ui.sign_in_page import SignInPage
from corelab.ui.sign_in_steps import CodeStep, EndOtherStep, EnrolStep, NewPasswordStep, StatementStep, Step
from corelab.ui.words import words_for


@dataclass(slots=True)
class _Typed:
    """What was typed, kept until the person is in and no longer."""

    user: str = ""
    password: str = field(default="", repr=False)
    code: str | None = field(default=None, repr=False)


class SignInFlow(QObject):
    """Leads over the sign-in page and the steps that follow on it.

    Signals:
        signed_in: carries the Session; nothing is due any more.
        abandoned: the person went no further; the page asks anew.
    """

    signed_in = Signal(object)
    abandoned = Signal()

    def __init__(self, lab: OpenLab, jobs: Jobs, page: SignInPage) -> None:
        super().__init__(page)
        self.page = page
        self._lab, self._jobs = lab, jobs
        self._typed = _Typed()
        page.sign_in_requested.connect(self._on_sign_in)
        page.activation_requested.connect(self._on_activate)

    # ------------------------------------------------------------ password, code, other window

    def _on_sign_in(self, user: str, password: str) -> None:
        self._typed = _Typed(user, password)
        self._try()

    def _try(self, *, end_other: bool = False) -> None:
        typed = self._typed
        work = partial(accounts.sign_in, self._lab, typed.user, typed.password, code=typed.code, way=Way.WINDOW, end_other=end_other)
        self._jobs.query(self, work, self._go_on, self._on_refused)

    def _on_refused(self, error: Exception) -> None:
        if isinstance(error, SecondFactorNeededError):
            self._show(CodeStep(), self._on_code, self._on_back)
        elif isinstance(error, SignedInElsewhereError):
            self._show(EndOtherStep(words_for(error).all), self._on_end_other, self._on_back)
        else:
            self.page.refuse(error)

    def _on_code(self, code: str) -> None:
        self._typed.code = code
        self._try()

    def _on_end_other(self, password: str) -> None:
        self._typed.password = password
        self._try(end_other=True)

    def _on_back(self) -> None:
        self._typed = _Typed()
        self.page.show_sign_in()

    # ------------------------------------------------------------ what is due

    def _go_on(self, session: Session) -> None:
        """The next thing that is due, or in."""
        if Duty.NEW_PASSWORD in session.duties:
            step = NewPasswordStep()
            step.refused.connect(self.page.say)
            self._due(session, step, lambda new: accounts.change_password(self._lab, session, self._typed.password, new))
        elif Duty.SECOND_FACTOR in session.duties:
            self._jobs.query(self, partial(second_factor.begin, self._lab, session), partial(self._enrol, session), self.page.refuse)
        else:
            due = partial(acknowledgements.due, self._lab, session)
            self._jobs.query(self, due, partial(self._on_statement, session), self.page.refuse)

    def _enrol(self, session: Session, made: Enrolment) -> None:
        self._due(session, EnrolStep(made), lambda code: second_factor.enrol(self._lab, session, made.secret, code))

    def _on_statement(self, session: Session, statement: Statement | None) -> None:
        if statement is None:
            self._typed = _Typed()
            self.signed_in.emit(session)
        else:
            self._due(session, StatementStep(statement), lambda _nothing: _accepted(self._lab, session, statement))

    def _due(self, session: Session, step: Step, work: Callable[[str], Session]) -> None:
        def on_done(typed: str) -> None:
            self._jobs.query(self, partial(work, typed), self._go_on, self.page.refuse)

        self._show(step, on_done, partial(self._on_left, session))

    def _on_left(self, session: Session) -> None:
        self._typed = _Typed()
        self._jobs.query(self, partial(accounts.sign_out, self._lab, session), self._on_gone, self.page.refuse)

    def _on_gone(self, _answer: object) -> None:
        self.abandoned.emit()

    def _show(self, step: Step, done: Callable[[str], None], left: Callable[[], None]) -> None:
        step.done.connect(done)
        step.left.connect(left)
        self.page.show_step(step)

    # ------------------------------------------------------------ the first time

    def _on_activate(self, code: str, password: str) -> None:
        self._jobs.query(self, partial(accounts.activate, self._lab, code, password), self._on_activated, self.page.refuse)

    def _on_activated(self, person: Person) -> None:
        self.page.show_sign_in(person.user_name)
        self.page.say("Your password is set. Sign in with it now; this is your user name.")


def _accepted(lab: OpenLab, session: Session, statement: Statement) -> Session:
    acknowledgements.accept(lab, session, statement.digest)
    return session
