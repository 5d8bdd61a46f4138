"""From a row of a package to its readings, signatures and frames, and back from a frame; the window at that frame."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from corelab import app
from corelab.cli.terminal import AsJson, LabPlace, PasswordStdin, answer, command, place, signed_in
from corelab.domain.addresses import is_address
from corelab.domain.clock import stamp
from corelab.domain.tracing import Piece, Resting, Trace, TracedRecord, TracedResult, row_named
from corelab.services import tracing
from corelab.ui.trace_words import resting_words, trace_words

commands = typer.Typer()

_Row = Annotated[
    list[str] | None,
    typer.Argument(metavar="[ROW-ID]", help="A row of results.csv: USUBJID/VISIT/SEGCD/TESTCD; before it T003/ for package 3."),
]
_Package = Annotated[Path | None, typer.Option("--package", help="The package that the row is of; it is compared with the lab.")]


@commands.command("trace")
@command
def show_trace(
    lab: LabPlace,
    row: _Row = None,
    package: _Package = None,
    clip: Annotated[str, typer.Option("--clip", help="CLIPID of the tables, or its first 8 characters or more.")] = "",
    frame: Annotated[int | None, typer.Option("--frame", min=1, help="Frame of the clip, counted from 1, as in the tables.")] = None,
    as_json: AsJson = False,
    password_stdin: PasswordStdin = False,
) -> None:
    """Show what a row of results.csv rests on (readings, signatures, frames), or what rests on a frame. For coordinators and auditors.

    Example: corelab trace LAB S01/D10/CFV/VNCOMPR --json

    Example: corelab trace LAB --clip 9de8d9bc5e51 --frame 12
    """
    named = "/".join(row or ())
    with signed_in(lab, password_stdin=password_stdin) as here:
        if bool(named) == bool(clip) or (frame is None) != (not clip):
            raise typer.BadParameter("name a row, or --clip and --frame")
        if frame is None:
            found = tracing.trace(here.lab, here.session, named, package)
            answer(_trace_json(found), trace_words(found), as_json=as_json)
            return
        resting = tracing.results_on(here.lab, here.session, clip, frame - 1)
        document = {"clip": clip, "frame": frame, "results": [_resting_json(one) for one in resting]}
        answer(document, resting_words(clip, frame - 1, resting), as_json=as_json)


@commands.command("open")
@command
def open_row(
    row: Annotated[
        list[str], typer.Argument(metavar="[LAB] ROW-ID", help="The row, as `corelab trace` names it; the last lab unless named.")
    ],
    package: _Package = None,
) -> None:
    """Open the window at the clip and frame that a row of results.csv rests on, for a person who may read the trail.

    Example: corelab open LAB S01/D10/CFV/VNCOMPR
    """
    lab = place(row[0]) if is_address(row[0]) or (Path(row[0]) / "corelab.db").is_file() else None
    named = "/".join(row if lab is None else row[1:])
    if not named:
        raise typer.BadParameter("name a row: corelab open LAB S01/D10/CFV/VNCOMPR")
    row_named(named)
    raise typer.Exit(app.run_window(lab, app.At("trace", (named, package.absolute() if package else None))))


# ---------------------------------------------------------------- JSON


def _trace_json(found: Trace) -> dict[str, Any]:
    return {**_result_json(found.result), "record": found.chosen, "records": [_record_json(one) for one in found.records]}


def _resting_json(one: Resting) -> dict[str, Any]:
    return {**_result_json(one.result), "record": _record_json(one.record)}


def _result_json(result: TracedResult) -> dict[str, Any]:
    row = result.row
    named = {"row": row.text, "subject": row.subject, "visit": row.visit, "segment": row.segment, "item": row.testcd}
    told = {"question": result.question, "source": result.source, "event": result.seq, "latest": result.latest}
    return {**named, **told, "grade": result.grade.code, "reason": result.grade.reason}


def _record_json(record: TracedRecord) -> dict[str, Any]:
    signature = record.signature
    return {
        "record": record.record,
        "role": record.role,
        "slot": record.slot,
        "reader": record.pseudonym,
        "revision": record.revision,
        "counts": record.counts,
        "accepted": record.accepted,
        "grade": record.grade.code,
        "reason": record.grade.reason,
        "signature": {"event": record.seq, "name": signature.printed_name, "at": stamp(signature.at), "meaning": signature.meaning},
        "evidence": [_piece_json(one) for one in record.pieces],
    }


def _piece_json(piece: Piece) -> Mapping[str, Any]:
    return {"clip": piece.clip, "frames": [frame + 1 for frame in piece.frames]}
