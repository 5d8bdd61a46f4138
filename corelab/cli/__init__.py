"""The command line: parse, get services from the composition root, call one, print. No logic."""


def main() -> None:
    raise SystemExit(2)
