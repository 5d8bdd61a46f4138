"""What is asked, edit checks, what signing needs, alerts (charter format, sections 6, 8 and 9)."""

from typing import Annotated, Literal

from pydantic import Field

from corelab.domain.charter.model_condition import Condition
from corelab.domain.charter.table import Count, Id, Number, Table, Use, Where


class Ask(Table):
    id: Id
    items: Annotated[tuple[Id, ...], Field(min_length=1)]
    groups: tuple[Id, ...] = ()
    segments: tuple[Id, ...] = ()
    where: Where | None = None
    blocks: Annotated[tuple[Id, ...], Field(min_length=1)]
    use: Use
    when: Condition | None = None


class Check(Table):
    id: Id
    level: Literal["hard", "soft"]
    on: Literal["answer", "sign"]
    each: Id | None = None
    where: Where | None = None
    fires_when: Condition
    message: Annotated[str, Field(min_length=1, max_length=200)]


class Signing(Table):
    """Checks that need more than grades."""

    unplayed_clips: Literal["off", "soft", "hard"]
    min_seconds: Count
    max_seconds: Count
    time_outside: Literal["off", "soft"]
    identity_in_text: Literal["soft", "hard"]
    first_play_before_grading: bool


class Alert(Table):
    id: Id
    after: Literal["signing", "comparison"]
    fires_when: Condition | None = None
    each: Id | None = None
    where: Where | None = None
    derivation: Id | None = None
    values: tuple[str, ...] | None = None
    above: Number | None = None
    below: Number | None = None
    to: Literal["coordinator"]
    message: Annotated[str, Field(min_length=1, max_length=200)]
    unblinding: str | None = None
