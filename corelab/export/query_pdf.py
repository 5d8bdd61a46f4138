"""Queries on paper: one letter for each site, with room for the answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from corelab.domain.queries import Query, QueryState, QueryStep, by_site
from corelab.export.print_page import Foot, Pages

_ASKED = frozenset({QueryStep.RAISED, QueryStep.SENT, QueryStep.REMINDED, QueryStep.RETURNED})
_REDACTED = "(redacted)"
_RULES = "Please answer with codes only: no name, no date of birth, no number of the patient, no picture of the screen."


@dataclass(frozen=True, slots=True)
class QueryPrint:
    """What is printed: ``files`` holds the digest of the delivered file by the id of the query, ``printed`` says when and by whom."""

    trial: str
    kind: str
    printed: str
    queries: Sequence[Query]
    files: Mapping[str, str]


def query_pdf(what: QueryPrint) -> bytes:
    """The PDF; the same content gives the same bytes."""
    foot = Foot(f"Queries of trial {what.trial}", f"Printed {what.printed}")
    pages = Pages(foot, title=f"Queries {what.trial}", badge="" if what.kind == "trial" else what.kind.upper())
    for number, (site, listed) in enumerate(by_site(what.queries).items()):
        if number:
            pages.new_page()
        pages.heading(f"Queries to site {site}" if site else "Queries whose site is not known yet", 16)
        pages.words(f"Trial {what.trial}. {len(listed)} {'query' if len(listed) == 1 else 'queries'}.")
        pages.words(_RULES, second=True)
        for one in listed:
            _write(pages, one, what.files.get(one.id, ""))
    if not what.queries:
        pages.heading("Queries", 16)
        pages.words("No query is in this list.")
    return pages.finished()


def _write(pages: Pages, one: Query, digest: str) -> None:
    text = (one.text if one.text is not None else _REDACTED).splitlines()
    pages.gap()
    pages.heading(f"{one.name}   {text[0]}", 11)
    pages.fact("Number in the laboratory", one.lab_name)
    if one.due:
        pages.fact("Please answer by", f"{one.due:%Y-%m-%d}")
    if digest:
        pages.fact("File, SHA-256", digest)
    pages.gap()
    for line in text[1:]:
        pages.words(line)
    for message in one.messages:
        if message.step in _ASKED and message.words != "":
            pages.words(_REDACTED if message.words is None else message.words)
    if one.state in {QueryState.OPEN, QueryState.SENT}:
        pages.signature("Answer", (("What you found, in codes only", 0.62), ("Function", 0.2), ("Date", 0.18)))
