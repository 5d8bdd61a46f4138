"""Who leaves which units to others."""

from dataclasses import dataclass

from corelab.domain.vocabulary import AccountId, SubjectCode


@dataclass(frozen=True, slots=True)
class Leaving:
    """A reader whose slots go to others: of one subject, or of all. Nobody leaves anything where ``account`` is None."""

    account: AccountId | None = None
    subject: SubjectCode | None = None

    def has(self, account: AccountId, subject: SubjectCode) -> bool:
        return account == self.account and self.subject in {None, subject}


NOBODY = Leaving()
