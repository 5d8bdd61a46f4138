"""Spreadsheets of a package: a convenience copy of its tables, and the specification of the transfer to sign."""
