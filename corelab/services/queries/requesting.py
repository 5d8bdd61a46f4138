"""A coordinator asks a site something that no rule asks."""

from collections.abc import Mapping

from corelab.domain.accounts import Command
from corelab.domain.queries import QueryFault, QueryId, QueryKind, QueryRefusedError
from corelab.services.accounts import Session, permit
from corelab.services.labs import OpenLab
from corelab.services.queries.about import about, require_site
from corelab.services.queries.raising import raised_about
from corelab.services.queries.wording import require_speakable


def raise_query(  # noqa: PLR0913 - what a query consists of
    lab: OpenLab,
    session: Session,
    kind: QueryKind,
    *,
    clip: str | None = None,
    exam: str | None = None,
    site: str | None = None,
    facts: Mapping[str, str] | None = None,
    words: str = "",
) -> QueryId:
    """A coordinator asks a site something; ``words`` are added to the template's text, and needed where that asks nothing of itself.

    Raises QueryRefusedError: for words that a site must not be sent, for what is not there, and where the same is asked already.
    """
    role, said = permit(session, Command.QUERY), words.strip()
    if kind is QueryKind.OTHER and not said:
        raise QueryRefusedError(QueryFault.WORDS)
    with lab.store.read(session.account) as snapshot:
        of = about(snapshot, clip, exam)
        asked = require_site(of.site, site)
    if of.clip is None and of.exam is None and asked is None:
        raise QueryRefusedError(QueryFault.THING)
    require_speakable(lab, session, of, said, asked)
    with lab.store.begin(session.actor(role)) as transaction:
        found = raised_about(transaction, kind, of, asked, facts or {}, words=said)
        if found is None:
            raise QueryRefusedError(QueryFault.SAME)
        return found
