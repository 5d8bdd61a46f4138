"""The triggers that keep records append-only, generated from the list of regulated tables."""

from collections.abc import Iterable

# Two shapes of update destroy a secret and nothing else; everything that differs from them is refused.
_REDACTED = """OLD.body IS NOT NULL AND NEW.body IS NULL AND OLD.redaction_seq IS NULL AND NEW.seq IS OLD.seq AND {others}
    AND EXISTS (SELECT 1 FROM event WHERE event.seq = NEW.redaction_seq AND event.kind = 'payload.redacted'
                AND event.entity = 'event' AND event.id = CAST(OLD.seq AS TEXT))"""
_UNWRAPPED = """OLD.wrapped_sign IS NOT NULL AND NEW.wrapped_sign IS NULL AND NEW.wrapped_box IS NULL AND {others}
    AND EXISTS (SELECT 1 FROM credential AS newer WHERE newer.account_id = OLD.account_id AND newer.n > OLD.n)"""

_UNCHANGED = {
    "event_payload": ("form",),
    "opening": ("event_seq",),
    "credential": ("event_seq", "id", "account_id", "n", "kdf", "opslimit", "memlimit", "salt", "sign_pub", "box_pub", "reason"),
}


def _allowed_update(table: str) -> str | None:
    if table not in _UNCHANGED:
        return None
    others = " AND ".join(f'NEW."{name}" IS OLD."{name}"' for name in _UNCHANGED[table])
    return (_UNWRAPPED if table == "credential" else _REDACTED).format(others=others)


def _trigger(table: str, suffix: str, moment: str, message: str, when: str | None = None) -> str:
    condition = f" WHEN {when}" if when else ""
    return (
        f"""CREATE TRIGGER "{table}_{suffix}" BEFORE {moment} ON "{table}"{condition} BEGIN SELECT RAISE(ABORT, '{table} {message}'); END"""
    )


def append_only(table: str) -> tuple[str, str]:
    """The triggers that refuse UPDATE (but for the shapes above) and DELETE; INSERT OR REPLACE fires the second."""
    allowed = _allowed_update(table)
    return (
        _trigger(table, "no_update", "UPDATE", "is append-only", f"NOT ({allowed})" if allowed else None),
        _trigger(table, "no_delete", "DELETE", "is append-only"),
    )


def of_this_event(table: str, column: str = "event_seq") -> str:
    """The trigger that refuses a row for any event but the newest."""
    late = f"""NEW."{column}" IS NOT (SELECT max(seq) FROM event)"""  # noqa: S608 - names of our own tables
    return _trigger(table, "of_this_event", "INSERT", "rows are written with their event only", late)


def in_the_chain() -> str:
    """The trigger that refuses an event out of its place."""
    wrong = """NEW.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM event)
    OR (NEW.seq > 1 AND NEW.prev IS NOT (SELECT hash FROM event ORDER BY seq DESC LIMIT 1))"""
    return _trigger("event", "in_the_chain", "INSERT", "does not continue the chain", wrong)


def all_triggers(regulated: Iterable[str]) -> tuple[str, ...]:
    """Every trigger of a lab; ``regulated`` are the tables with an ``event_seq``."""
    tables = tuple(regulated)
    found = [in_the_chain(), of_this_event("event_payload", "seq"), *(of_this_event(table) for table in tables)]
    for table in ("event", "event_payload", *tables):
        found.extend(append_only(table))
    return tuple(found)
