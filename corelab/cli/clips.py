"""Commands about clips that are in: pixel check, labels, subjects, exams."""

from pathlib import Path
from typing import Annotated

import typer

from corelab.cli.labs import Reason
from corelab.cli.templates import template
from corelab.cli.terminal import AsJson, Faulty, PasswordStdin, answer, command, lab_group, say, signed_in
from corelab.domain.attributes import Attributes
from corelab.domain.vocabulary import ClipId, SegmentId, Side
from corelab.services import intake

commands = typer.Typer()

pixels = lab_group("The pixel check by two people: list, sheet, pass, verify, reject.")
subject = lab_group("Facts about a subject that the charter asks for.")
exam = lab_group("What of an exam was not imaged.")
pixels.add_typer(template, name="template")
commands.add_typer(pixels, name="pixels")
commands.add_typer(subject, name="subject")
commands.add_typer(exam, name="exam")

Clips = Annotated[list[str] | None, typer.Argument(metavar="[CLIP]...", help="Clip ids.", show_default=False)]
All = Annotated[bool, typer.Option("--all", help="Every clip that waits for this step.")]


@pixels.command("list")
@command
def list_pixels(ctx: typer.Context, as_json: AsJson = False, password_stdin: PasswordStdin = False) -> None:
    """Show every clip that is not yet released, and what it waits for.

    Example: corelab pixels LAB list
    """
    with signed_in(ctx.obj, password_stdin=password_stdin) as here:
        clips = intake.waiting(here.lab, here.session)
    words = "\n".join(_line(one) for one in clips)
    answer({"clips": [_row(one) for one in clips]}, words or "No clip waits.", as_json=as_json)


def _line(one: intake.WaitingClip) -> str:
    why = " ".join([one.code or "", *(found.value for found in one.checks)]).strip()
    return f"{one.clip}  {f'{one.subject} {one.visit}':<16}{one.state.value:<10}{_shows(one):<12}{why}".rstrip()


def _shows(one: intake.WaitingClip) -> str:
    """A proposal has a question mark: nobody said so yet."""
    if one.segment:
        return _sided(one.segment, one.side)
    proposed = one.proposal.segment if one.proposal else None
    return f"{_sided(proposed, one.proposal.side)}?" if one.proposal and proposed else "-"


def _sided(segment: str, side: Side | None) -> str:
    """A segment of both sides names its own."""
    return segment if side is None or segment.endswith(f".{side.letter}") else f"{side.letter} {segment}"


def _row(one: intake.WaitingClip) -> dict[str, object]:
    proposal = one.proposal and {
        "segment": one.proposal.segment,
        "side": one.proposal.side and one.proposal.side.value,
        "view": one.proposal.view and one.proposal.view.value,
        "mode": one.proposal.mode and one.proposal.mode.value,
        "source": one.proposal.source.value,
    }
    quality = one.quality and {"grade": one.quality.grade.value, "reasons": [reason.value for reason in one.quality.reasons]}
    return {
        "clip": one.clip,
        "state": one.state.value,
        "outcome": one.outcome.value,
        "code": one.code,
        "segment": one.segment,
        "view": one.view and one.view.value,
        "mode": one.mode and one.mode.value,
        "quality": quality,
        "proposal": proposal,
        "checks": [found.value for found in one.checks],
    }


@pixels.command("sheet")
@command
def sheet(
    ctx: typer.Context, clip: str, out: Annotated[Path, typer.Argument(metavar="OUT.png")], password_stdin: PasswordStdin = False
) -> None:
    """Write the contact sheet of a clip: original, masked, temporal maximum and minimum, flagged frames.

    Example: corelab pixels LAB sheet CLIP sheet.png
    """
    with signed_in(ctx.obj, password_stdin=password_stdin) as here:
        out.write_bytes(intake.contact_sheet(here.lab, here.session, ClipId(clip)))
    say(f"Wrote {out}. It shows what the site sent: keep it inside the lab.")


def _chosen(clips: list[str] | None, everything: list[ClipId], *, all_of_them: bool) -> list[ClipId]:
    if bool(clips) == all_of_them:
        raise typer.BadParameter("name clips, or use --all")
    return everything if all_of_them else [ClipId(clip) for clip in clips or ()]


@pixels.command("pass")
@command
def pass_pixels(
    ctx: typer.Context, clip: Clips = None, every: All = False, as_json: AsJson = False, password_stdin: PasswordStdin = False
) -> None:
    """Pass clips unseen: in demo and training labs only. In a trial this belongs to the page, where the pictures are looked at.

    Example: corelab pixels LAB pass --all
    """
    with signed_in(ctx.obj, password_stdin=password_stdin) as here:
        open_clips = [one.clip for one in intake.waiting(here.lab, here.session) if one.state is intake.ClipState.CHECKED]
        done = intake.pass_pixels(here.lab, here.session, _chosen(clip, open_clips, all_of_them=every), attended=False)
    _answer_states(done, as_json=as_json)


@pixels.command("verify")
@command
def verify_pixels(
    ctx: typer.Context, clip: Clips = None, every: All = False, as_json: AsJson = False, password_stdin: PasswordStdin = False
) -> None:
    """Verify clips that another person passed, and release them: in demo and training labs only.

    Example: corelab pixels LAB verify --all
    """
    with signed_in(ctx.obj, password_stdin=password_stdin) as here:
        passed = [one.clip for one in intake.waiting(here.lab, here.session) if one.state is intake.ClipState.PASSED]
        done = intake.verify_pixels(here.lab, here.session, _chosen(clip, passed, all_of_them=every), attended=False)
    _answer_states(done, as_json=as_json)


@pixels.command("reject")
@command
def reject(ctx: typer.Context, clip: str, reason: Reason, as_json: AsJson = False, password_stdin: PasswordStdin = False) -> None:
    """Reject a clip to the site, with a reason.

    Example: corelab pixels LAB reject CLIP --reason "Name in the picture"
    """
    with signed_in(ctx.obj, password_stdin=password_stdin) as here:
        intake.reject_pixels(here.lab, here.session, ClipId(clip), reason)
    answer({"clips": [{"clip": clip, "state": "rejected"}]}, f"{clip} is rejected.", as_json=as_json)


@pixels.command("rule")
@command
def rule(
    ctx: typer.Context,
    value: Annotated[str | None, typer.Argument(metavar="[RULE]", help="two, one or sample:PERCENT.", show_default=False)] = None,
    reason: Annotated[str, typer.Option("--reason", help="Why it is changed.")] = "",
    as_json: AsJson = False,
    password_stdin: PasswordStdin = False,
) -> None:
    """Show how many people look at each clip, or change it (an administrator's work): two, one, or a second one for a drawn share.

    Example: corelab pixels LAB rule sample:20 --reason "Protocol of the imaging core lab"
    """
    with signed_in(ctx.obj, password_stdin=password_stdin) as here:
        lab, session = here.lab, here.session
        found = intake.set_pixel_rule(lab, session, value, reason) if value else intake.pixel_rule(lab, session)
    share = f"A second person looks at {found.percent} % of the clips, drawn by the lab." if found.drawn else ""
    answer({"rule": found.text, "percent": found.percent}, f"{found.text}. {share}".rstrip(), as_json=as_json)


def _answer_states(done: tuple[intake.ClipOutcome, ...], *, as_json: bool) -> None:
    rows = [{"clip": one.clip, "state": one.state.value, "code": one.code, "message": one.message} for one in done]
    answer({"clips": rows}, "\n".join(f"{row['clip']}  {row['state']}  {row['message'] or ''}" for row in rows), as_json=as_json)
    if any(one.code for one in done):
        raise Faulty("" if as_json else "Some clips did not pass; the others did. The lines above say why.")


@subject.command("set")
@command
def set_subject(
    ctx: typer.Context,
    code: Annotated[str, typer.Argument(metavar="SUBJECT", show_default=False)],
    facts: Annotated[list[str], typer.Argument(metavar="KEY=VALUE...", show_default=False)],
    segment: Annotated[
        list[str] | None, typer.Option("--segment", help="For a fact about a segment, or a group of them; may be repeated.")
    ] = None,
    reason: Annotated[str, typer.Option("--reason", help="Why; needed once an exam of the subject is with readers.")] = "",
    as_json: AsJson = False,
    password_stdin: PasswordStdin = False,
) -> None:
    """Set what the charter wants to know of a subject, or of segments.

    Examples: corelab subject LAB set S001 STUDY_LIMB=right; corelab subject LAB set S001 ROLE=target --segment PV_LEFT --segment PV_RIGHT
    """
    pairs = dict(fact.partition("=")[::2] for fact in facts if "=" in fact)
    if len(pairs) != len(facts):
        raise typer.BadParameter("write facts as KEY=VALUE")
    with signed_in(ctx.obj, password_stdin=password_stdin) as here:
        known = intake.set_subject(here.lab, here.session, code, pairs, segments=segment or (), reason=reason)
    of = f" of {', '.join(segment)}" if segment else ""
    answer({"subject": code, **pairs, **_segment_facts(known)}, f"{code}: {', '.join(facts)}{of}", as_json=as_json)


def _segment_facts(known: Attributes) -> dict[str, object]:
    """What is known of segments, as the cases of a charter name it: segment -> attribute -> value."""
    segments: dict[str, dict[str, str]] = {}
    for (attribute, place), value in sorted(known.segments.items()):
        segments.setdefault(place, {})[attribute] = value
    return {"segment_attributes": segments} if segments else {}


@exam.command("ask-views")
@command
def ask_views(
    ctx: typer.Context,
    code: Annotated[str, typer.Argument(metavar="EXAM", help="Exam code, or SUBJECT:VISIT.", show_default=False)],
    as_json: AsJson = False,
    password_stdin: PasswordStdin = False,
) -> None:
    """Raise a query for each view that the charter's questions want to see and no clip of its segment shows.

    Example: corelab exam LAB ask-views S001:D10
    """
    with signed_in(ctx.obj, password_stdin=password_stdin) as here:
        asked = intake.ask_for_views(here.lab, here.session, code)
    words = f"{code}: {len(asked)} queries raised." if asked else f"{code}: no view is to be asked for."
    answer({"exam": code, "queries": list(asked)}, words, as_json=as_json)


@exam.command("not-imaged")
@command
def not_imaged(
    ctx: typer.Context,
    code: Annotated[str, typer.Argument(metavar="EXAM", help="Exam code, or SUBJECT:VISIT.", show_default=False)],
    segments: Annotated[list[str], typer.Argument(metavar="SEGMENT...", show_default=False)],
    reason: Annotated[str, typer.Option("--reason", help="A reason code of the charter.", show_default=False)],
    as_json: AsJson = False,
    password_stdin: PasswordStdin = False,
) -> None:
    """Record segments as not imaged (NI), with a reason of the charter.

    Example: corelab exam LAB not-imaged S001:D10 SSV GSV --reason NOT_SCANNED
    """
    with signed_in(ctx.obj, password_stdin=password_stdin) as here:
        intake.set_not_imaged(here.lab, here.session, code, tuple(SegmentId(one) for one in segments), reason)
    answer({"exam": code, "not_imaged": segments, "reason": reason}, f"{code}: {', '.join(segments)} not imaged.", as_json=as_json)
