"""What somebody may ask who has not said yet who they are: which lab this is, that a password was wrong, and to come in by a code."""

CALLED: tuple[str, ...] = ()
"""What the door may call."""


def statements() -> tuple[str, ...]:
    return ()
