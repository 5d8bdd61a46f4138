"""Tables and files of a package; knows no database."""
