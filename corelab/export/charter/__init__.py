"""A charter on paper: everything in the file, in words that the people who sign it can judge."""

from corelab.export.charter.pdf import charter_pdf

__all__ = ["charter_pdf"]
