"""Who sees which rows: for each table what a reader or an adjudicator may know of it on a server, as predicates of SQL.

A person sees their own work and what it depends on. Nothing of another's reading is in it, no subject's code or site, no count, and
not that a repeat is one. Whole persons (coordinator, administrator, auditor) read the tables themselves and are not spoken of here.
"""

# ruff: noqa: S608 - predicates of our own, made of each other and of names of our tables: of no value from outside

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

ME = "(SELECT own.me())"
"""The account of whoever asks, by the role they came in as; null for nobody, and for an account that is deactivated."""

_MINE = f"SELECT id FROM core.assignment WHERE account_id = {ME}"
_MY_CASES = f"SELECT id FROM core.adj_case WHERE assignment_id IN ({_MINE})"
_SIGNED_IN = f"{ME} IS NOT NULL"
_NOTHING = "''"
_NO_TIME = "'1970-01-01T00:00:00.000Z'"


def _exam(column: str) -> str:
    """The exam in this column is one that I read or decide about.

    Found by whose assignments they are: no row of another's is ever touched, and nobody can count how many an exam has.
    """
    return f"{column} = ANY ((SELECT array_agg(a.exam_id) FROM core.assignment AS a WHERE a.account_id = {ME})::text[])"


def _clip(column: str) -> str:
    """The same of the clip in this column, released or not."""
    return f"EXISTS (SELECT FROM core.intake_object AS o WHERE o.id = {column} AND {_exam('o.exam_id')})"


def _subject(column: str) -> str:
    return f"EXISTS (SELECT FROM core.exam AS e WHERE e.subject_id = {column} AND {_exam('e.id')})"


def _reading(column: str) -> str:
    return f"EXISTS (SELECT FROM core.reading AS r WHERE r.id = {column} AND r.assignment_id IN ({_MINE}))"


@dataclass(frozen=True, slots=True)
class Sight:
    """The rows ``t`` of a table for which ``where`` holds; a column in ``blank`` shows this expression instead of what is stored.

    ``apart``: these rows are found first, and whatever else is asked of them is asked then, so that a question about an exam touches no
    other row of it. ``quick``: a condition on ``filter`` and ``highest``, for a table that is too large for that: such questions go by an
    index, and touch rows of one's own or such as nobody can guess; all others are asked apart.
    ``beside``: what each row is looked at together with, where several columns hang on the same question.
    ``named``: a column of random values; whoever names one of them may learn that its row is there, with the columns that are ``left``.
    """

    where: str
    blank: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    named: str | None = None
    left: tuple[str, ...] = ()
    beside: str = ""
    apart: bool = False
    quick: str = ""


# ---------------------------------------------------------------- the trail

_CUSTODY_EVENTS = "SELECT event_seq FROM core.signature WHERE record_type = 'custody_key'"

_MINE_AT_ONCE = f"""CROSS JOIN (SELECT {ME} AS me, ARRAY({_MY_CASES}) AS cases, ARRAY({_CUSTODY_EVENTS}) AS keys,
    ARRAY(SELECT event_seq FROM core.adj_case WHERE assignment_id IN ({_MINE})) AS opened OFFSET 0) AS i"""
"""Looked up before any event is looked at: what is read for a number does not hang on what stands under it."""

_EVENT = Sight(
    """t.actor = i.me
    OR (t.entity = 'account' AND t.id = i.me)
    OR (t.entity = 'case' AND t.kind IN ('case.opened', 'case.key') AND t.id = ANY (i.cases))
    OR (t.entity = 'custody_key' AND t.seq = ANY (i.keys))""",
    {"session": "CASE WHEN t.actor = i.me THEN t.session END"},
    beside=_MINE_AT_ONCE,
    named="hash",
    left=("seq", "hash"),
    quick="""filter ? 'seq' OR filter ? 'submit' OR (filter = '{}' AND highest = 'seq')
        OR (filter ? 'id' AND filter ->> 'entity' IN ('assignment', 'account', 'case', 'session'))""",
)
"""What I did, what was done about my account, my cases, and the announcements of custody keys, which are verified before sealing to one.

A hash names its event: a workstation asks whether the chain still holds the one that it saw last.
"""

_PAYLOAD = Sight(
    """EXISTS (SELECT FROM core.event AS e WHERE e.seq = t.seq AND e.actor = i.me) OR t.seq = ANY (i.opened) OR t.seq = ANY (i.keys)""",
    beside=_MINE_AT_ONCE,
)
"""What I wrote, and the envelopes of my cases. An opening is nobody's: that there is one tells that the exam was released."""

_SIGNATURE = Sight(f"t.account_id = {ME} OR ({_SIGNED_IN} AND t.record_type IN ('charter', 'custody_key'))")

# ---------------------------------------------------------------- people

_SIGNERS = "SELECT account_id FROM core.signature WHERE record_type = 'custody_key'"
_ABOUT_ME = f"SELECT actor FROM core.event WHERE entity = 'account' AND id = {ME}"
"""Who reset my keys is told to me by name."""


def _unless_mine(column: str, expression: str) -> dict[str, str]:
    return {column: f"CASE WHEN t.account_id = {ME} THEN t.{column} ELSE {expression} END"}


_ACCOUNT = Sight(f"t.id = {ME} OR t.id IN ({_ABOUT_ME})", {"user_name": f"CASE WHEN t.id = {ME} THEN t.user_name ELSE t.id END"})
_REVISION = Sight(
    f"t.account_id = {ME} OR ({_SIGNED_IN} AND (t.account_id IN ({_SIGNERS}) OR t.account_id IN ({_ABOUT_ME})))",
    _unless_mine("email", "NULL"),
)
_CREDENTIAL = Sight(
    f"t.account_id = {ME} OR ({_SIGNED_IN} AND t.account_id IN ({_SIGNERS}))",
    {
        **_unless_mine("id", _NOTHING),
        **_unless_mine("salt", r"'\x'::bytea"),
        **_unless_mine("box_pub", r"'\x'::bytea"),
        **_unless_mine("wrapped_sign", "NULL"),
        **_unless_mine("wrapped_box", "NULL"),
        **_unless_mine("reason", _NOTHING),
    },
)
"""Of who signed for a custody key, the public half with which that is verified."""

_MY_NAME = f"(SELECT user_name FROM core.account WHERE id = {ME})"
_MY_KEYS = rf"""SELECT left(encode(sha256(convert_to('corelab/key/v1', 'UTF8') || '\x00' || box_pub), 'hex'), 32)
    FROM core.credential WHERE account_id = {ME}"""
_MY_MACHINES = f"""SELECT workstation_id FROM core.session WHERE account_id = {ME}
    UNION ALL SELECT workstation_id FROM core.signin_attempt WHERE user_name = {_MY_NAME}"""

# ---------------------------------------------------------------- exams and clips

_TELLING = "(SELECT array_agg(hash) FROM core.charter WHERE position('interval_days'::bytea IN toml) > 0)"
_TOLD = "{charter} = ANY (" + _TELLING + "::text[])"
"""The charter has a way of reading that tells the days since the visit before. Only then dates, and the other visits, are shown."""
_IS_TOLD = _TOLD.format(charter="t.charter_hash")
_OF_TOLD = f"EXISTS (SELECT FROM core.exam AS x WHERE x.id = t.exam_id AND {_TOLD.format(charter='x.charter_hash')})"
_SIBLING = f"EXISTS (SELECT FROM core.exam AS x WHERE x.id = t.exam_id AND {_subject('x.subject_id')})"

_OWN_CLIP = _exam("t.exam_id")


def _if_mine(*columns: str, numbers: tuple[str, ...] = ()) -> dict[str, str]:
    """Shown of my exams; of the subject's other visits nothing but the date."""
    texts = {one: f"CASE WHEN o.mine THEN t.{one} ELSE '' END" for one in columns}
    return {**texts, **{one: f"CASE WHEN o.mine THEN t.{one} ELSE 0 END" for one in numbers}}


_CLIP = Sight(
    f"o.mine OR (o.told AND {_SIBLING})",
    {
        **_if_mine("id", "sha256", "sop_uid", "sop_class", "transfer_syntax", "frame_times", "calibration", "rules_version"),
        **_if_mine(numbers=("frames", "rows", "columns")),
        "source_sha256": _NOTHING,
        "mask": "NULL",
        "study_date": "CASE WHEN o.told THEN t.study_date ELSE '' END",
    },
    beside=f"CROSS JOIN LATERAL (SELECT {_OWN_CLIP} AS mine, {_OF_TOLD} AS told OFFSET 0) AS o",
)
_EXAM = Sight(f"{_exam('t.id')} OR ({_IS_TOLD} AND {_subject('t.subject_id')})", {"code": "t.id"})
"""With its visit, by which the form is made."""
_OPEN = "('receiving', 'ready', 'assigned')"
"""The states in which what was not imaged can still change; rows of later ones are not touched, there is an index without them."""
_STATUS = Sight(
    f"""t.state IN {_OPEN} AND {_OWN_CLIP}
    AND NOT EXISTS (SELECT FROM core.exam_status AS l WHERE l.exam_id = t.exam_id AND l.n > t.n AND l.state IN {_OPEN})""",
    {"event_seq": "(SELECT x.event_seq FROM core.exam AS x WHERE x.id = t.exam_id)", "n": "1", "state": "'assigned'"},
)
"""What was not imaged; never the state, which tells whether the other reading is signed."""

_COMPARISON = Sight(
    f"t.id IN (SELECT comparison_id FROM core.adj_case WHERE assignment_id IN ({_MINE}))",
    {"batch_id": _NOTHING, "reading_1": "t.id", "reading_2": "t.id", "outcome": "'case'"},
    apart=True,
)
"""Of my cases, without the readings that were compared."""

# ---------------------------------------------------------------- all of it

SIGHTS: Mapping[str, Sight] = MappingProxyType(
    {
        # everybody who is signed in
        "lab": Sight(_SIGNED_IN),
        "charter": Sight(_SIGNED_IN),
        "setting": Sight(_SIGNED_IN),
        "lock": Sight(_SIGNED_IN),
        "custody_key": Sight(_SIGNED_IN, {"recovery_salt": r"'\x'::bytea", "recovery_wrap": r"'\x'::bytea"}),
        # the trail
        "event": _EVENT,
        "event_payload": _PAYLOAD,
        "signature": _SIGNATURE,
        "regrant": Sight(f"t.key_id IN ({_MY_KEYS})"),
        # oneself
        "account": _ACCOUNT,
        "account_revision": _REVISION,
        "credential": _CREDENTIAL,
        "session": Sight(f"t.account_id = {ME}"),
        "session_end": Sight(f"EXISTS (SELECT FROM core.session AS s WHERE s.id = t.session_id AND s.account_id = {ME})"),
        "signin_attempt": Sight(f"t.user_name = {_MY_NAME}"),
        "acknowledgement": Sight(f"t.account_id = {ME}"),
        "invitation": Sight(f"t.account_id = {ME}"),
        "training": Sight(f"t.account_id = {ME}"),
        "certification": Sight(f"t.account_id = {ME}"),
        "second_factor": Sight(f"t.account_id = {ME}"),
        "workstation": Sight(
            f"t.id IN ({_MY_MACHINES})", {"event_seq": "t.n"}, named="id", left=("id", "n", "host", "os", "display_check", "enrolled")
        ),
        # one's own work
        "assignment": Sight(
            f"t.account_id = {ME}", {"kind": "CASE WHEN t.kind = 'repeat' THEN 'primary' ELSE t.kind END", "slot": "1"}, apart=True
        ),
        "assignment_end": Sight(f"t.assignment_id IN ({_MINE})"),
        "draft": Sight(f"t.assignment_id IN ({_MINE})"),
        "reading": Sight(f"t.assignment_id IN ({_MINE})"),
        "reading_reopening": Sight(_reading("t.reading_id")),
        "reading_invalidation": Sight(_reading("t.reading_id")),
        "guess": Sight(f"t.assignment_id IN ({_MINE})"),
        "adj_case": Sight(f"t.assignment_id IN ({_MINE})"),
        "adjudication": Sight(f"t.case_id IN ({_MY_CASES})"),
        "comparison": _COMPARISON,
        # the exams that it is about
        "exam": _EXAM,
        "exam_status": _STATUS,
        "subject": Sight(_subject("t.id"), {"code": "t.id", "site_code": "NULL", "plan": "NULL"}),
        "subject_attribute": Sight(_subject("t.subject_id")),
        "calibration_exam": Sight(_OWN_CLIP, {"n": "1"}),
        "intake_object": Sight(_OWN_CLIP, {"delivery_id": _NOTHING, "n": "0", "sha256": _NOTHING, "code": "NULL"}),
        "clip": _CLIP,
        "clip_frames": Sight(_clip("t.clip_id")),
        "clip_label": Sight(_clip("t.clip_id")),
        "clip_replacement": Sight(_clip("t.clip_id")),
        "clip_withdrawal": Sight(_clip("t.clip_id"), {"reason": _NOTHING}),
    }
)
"""What is not named here is nobody's but the whole persons': such a table is there and empty."""

STAND_INS: Mapping[str, str] = MappingProxyType({"at": _NO_TIME, "kind": _NOTHING, "entity": _NOTHING})
"""What stands in a column of a row that is only named, where the column is read as more than text."""
