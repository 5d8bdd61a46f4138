"""Commands about the masks that are kept for machines."""

from typing import Annotated, Any

import typer

from corelab.cli.labs import Reason
from corelab.cli.terminal import AsJson, PasswordStdin, answer, command, signed_in
from corelab.domain.vocabulary import ClipId
from corelab.services import intake

template = typer.Typer(help="Masks kept for machines: list, keep, retire.", no_args_is_help=True)


@template.command("list")
@command
def list_templates(ctx: typer.Context, as_json: AsJson = False, password_stdin: PasswordStdin = False) -> None:
    """List the masks that are kept for machines, retired ones too.

    Example: corelab pixels LAB template list
    """
    with signed_in(ctx.obj, password_stdin=password_stdin) as here:
        found = intake.templates(here.lab, here.session)
    words = "\n".join(map(_words, found)) or "No mask is kept for a machine."
    answer({"templates": [_document(one) for one in found]}, words, as_json=as_json)


@template.command("keep")
@command
def keep(
    ctx: typer.Context,
    clip: Annotated[str, typer.Argument(metavar="CLIP", show_default=False)],
    as_json: AsJson = False,
    password_stdin: PasswordStdin = False,
) -> None:
    """Keep what was drawn on a clip as the mask of its machine: it is applied to later clips of the same software and picture size.

    Example: corelab pixels LAB template keep CLIP
    """
    with signed_in(ctx.obj, password_stdin=password_stdin) as here:
        kept = intake.keep_template(here.lab, here.session, ClipId(clip))
    answer(_document(kept), _words(kept), as_json=as_json)


@template.command("retire")
@command
def retire(
    ctx: typer.Context,
    template_id: Annotated[str, typer.Argument(metavar="TEMPLATE", help="Its id, as listed.", show_default=False)],
    reason: Reason,
    as_json: AsJson = False,
    password_stdin: PasswordStdin = False,
) -> None:
    """Stop applying a machine's mask to later clips.

    Example: corelab pixels LAB template retire TEMPLATE --reason "New screen layout"
    """
    with signed_in(ctx.obj, password_stdin=password_stdin) as here:
        retired = intake.retire_template(here.lab, here.session, template_id, reason)
    answer(_document(retired), _words(retired), as_json=as_json)


def _document(one: intake.MaskTemplate) -> dict[str, Any]:
    machine = {"manufacturer": one.machine.manufacturer, "model": one.machine.model, "software": one.machine.software}
    size = {"rows": one.rows, "columns": one.columns, "boxes": [list(box) for box in one.boxes]}
    return {"template": one.id, "version": one.n, **machine, **size, "state": "active" if one.active else "retired"}


def _words(one: intake.MaskTemplate) -> str:
    machine = " ".join(part for part in (one.machine.manufacturer, one.machine.model, one.machine.software) if part)
    boxes = f"{len(one.boxes)} {'box' if len(one.boxes) == 1 else 'boxes'}"
    return f"{one.id}  {machine}, {one.columns} x {one.rows}: {boxes}, version {one.n}{'' if one.active else ', retired'}"
