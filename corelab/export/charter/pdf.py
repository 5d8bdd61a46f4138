"""The PDF of a charter: title page, everything in the file, and lines to sign on; its hash on every page."""

from typing import Final

from corelab.domain.charter.model import Charter
from corelab.export.charter.pages_form import write_asks, write_checks, write_items, write_missing
from corelab.export.charter.pages_reading import write_comparison, write_derivations, write_design, write_monitoring
from corelab.export.charter.pages_subjects import write_segments, write_subjects
from corelab.export.print_page import Column, Foot, Pages

_SECTIONS: Final = (
    ("Subjects and visits", write_subjects),
    ("Segments", write_segments),
    ("Questions", write_items),
    ("Missing answers", write_missing),
    ("What is asked, and when", write_asks),
    ("Checks and notices", write_checks),
    ("Reading design and blinding", write_design),
    ("Comparison and adjudication", write_comparison),
    ("Derived endpoints", write_derivations),
    ("Monitoring, certification, codings, retention", write_monitoring),
)
_SIGNERS: Final = ("For the sponsor", "For the core laboratory", "For the readers")
_FIELDS: Final[tuple[Column, ...]] = (("Name and function", 0.4), ("Signature", 0.35), ("Date", 0.25))
_APPROVAL: Final = (
    "By signing, the undersigned approve this imaging charter in the version named on the first page. The content hash identifies it: "
    "a file with another hash is another charter. A later version is signed anew; readings that were made stay under the version they "
    "were made under."
)


def charter_pdf(charter: Charter) -> bytes:
    """The same charter gives the same bytes: nothing of the day or the person who prints is in it."""
    foot = Foot(f"Imaging charter {charter.id} {charter.version}, trial {charter.trial.id}", f"Content hash {charter.hash}")
    pages = Pages(foot, title=f"Imaging charter {charter.id} {charter.version}")
    _title_page(pages, charter)
    for number, (title, write) in enumerate(_SECTIONS, 1):
        pages.new_page() if number == 1 else pages.gap()
        pages.heading(f"{number}  {title}", 14)
        write(pages, charter)
    _approval(pages, charter)
    return pages.finished()


def _title_page(pages: Pages, charter: Charter) -> None:
    header, trial = charter.header, charter.trial
    pages.words("Imaging charter", second=True)
    pages.heading(charter.title, 18)
    pages.gap()
    for name, value in (
        ("Trial", f"{trial.title} ({trial.id})"),
        ("Registration", trial.registration or "none given"),
        ("Charter", charter.id),
        ("Version", charter.version),
        ("Supersedes", ", ".join(header.supersedes) or "nothing"),
        ("Changes", header.changes),
        ("Language", header.language),
        ("Content hash", charter.hash),
    ):
        pages.fact(name, value)
    pages.heading("What this charter is, and what it is not")
    pages.words(" ".join(header.statement.split()))
    pages.heading("Content")
    for number, (title, _write) in enumerate((*_SECTIONS, ("Approval", None)), 1):
        pages.entry(title, mark=str(number))


def _approval(pages: Pages, charter: Charter) -> None:
    pages.gap()
    pages.keep(26)
    pages.heading(f"{len(_SECTIONS) + 1}  Approval", 14)
    pages.words(_APPROVAL)
    pages.gap()
    pages.fact("Charter", f"{charter.id} {charter.version}")
    pages.fact("Content hash", charter.hash)
    for signer in _SIGNERS:
        pages.signature(signer, _FIELDS)
