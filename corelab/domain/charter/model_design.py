"""Who reads what and how, blinding, monitoring, certification, codings, retention (charter format, sections 10 and 13)."""

from typing import Annotated, Literal

from pydantic import Field

from corelab.domain.charter.table import Code, Count, Id, Label, Number, Table, Text

Order = Literal[
    "independent_timepoint",
    "time_sequential",
    "simultaneous",
    "simultaneous_randomised_temporal",
    "simultaneous_timepoint",
    "hybrid_randomised",
]


class ReadingType(Table):
    id: Id
    label: Label
    blocks: Annotated[tuple[Id, ...], Field(min_length=1)]
    readers: Annotated[int, Field(ge=1, le=2)]
    blinding: Id
    apart_from: tuple[Id, ...]
    order: Order
    pair_unit: Literal["subject", "exam"]
    min_pool: Annotated[int, Field(le=50)]
    batch_exams: Annotated[int, Field(ge=1, le=10_000)]
    batch_gap_days: Count
    session_exams: Annotated[int, Field(ge=1, le=10_000)]
    subject_spacing: Count
    repeat_share: Annotated[Number, Field(ge=0, le=0.5)]
    repeat_min_days: Count
    calibration_exams: Count
    calibration_every_days: Count


class BlindingProfile(Table):
    id: Id
    label: Label
    show: tuple[Literal["side", "segment_label", "role", "visit", "visit_order", "interval_days"], ...]
    hide_overlay: bool
    pseudonym: Literal["per_reader", "per_lab"]
    treatment_visible: bool = False


class Blinding(Table):
    after_lock_questions: bool
    guess_arms: tuple[str, ...]
    suggestions: tuple[Label, ...]


class AdjudicationRate(Table):
    unit: Literal["exam", "cell"]
    classes: tuple[Id, ...]


class Monitoring(Table):
    agreement_items: tuple[Id, ...]
    numeric_items: tuple[Id, ...]
    weights: Literal["linear", "quadratic", "none"]
    bootstrap_reps: Annotated[int, Field(ge=500, le=20_000)]
    bootstrap_seed: Annotated[int, Field(ge=0, lt=2**63)]
    adjudication_rate: AdjudicationRate
    p_chart_batch_min: Count
    rdi_alarm_sd: Annotated[Number, Field(ge=0)]


class Certification(Table):
    training_record: bool
    calibration_exams: Count
    min_weighted_kappa: Annotated[Number, Field(ge=-1, le=1)] | None = None


class Laterality(Table):
    left: Code
    right: Code


class Codings(Table):
    local_scheme: Annotated[str, Field(min_length=1, max_length=16)]
    local_scheme_name: Label
    document_title: Code
    laterality: Laterality | None = None
    modifier_concept: Code


class Retention(Table):
    years_min: Annotated[int, Field(ge=0, le=1000)]
    text: Text
