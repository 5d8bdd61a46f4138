"""A charter as a PDF that a trial can sign: needs no lab."""

from corelab.domain.charter import load_charter
from corelab.export.charter import charter_pdf


def printed(charter: bytes) -> bytes:
    """The same charter gives the same bytes. Raises CharterError where it has faults: what is faulty cannot be signed."""
    return charter_pdf(load_charter(charter))
