"""What of an exam was received, as its clips and their labels say."""

from collections import Counter
from collections.abc import Mapping

from corelab.domain.clip_quality import ClipQuality, Quality, QualityReason
from corelab.domain.completeness import Completeness, LabelledClip, completeness
from corelab.domain.intake import Outcome
from corelab.domain.vocabulary import ClipId, ExamId
from corelab.services.labs import charter_of
from corelab.storage import fingerprints, intake_rows, registry
from corelab.storage.intake_rows import QualityRow
from corelab.storage.registry import ExamRecord, Label
from corelab.storage.snapshot import Snapshot


def quality_from(row: QualityRow | None) -> ClipQuality | None:
    """As a person graded it; None where nobody did."""
    return ClipQuality(Quality(row.grade), tuple(QualityReason(reason) for reason in row.reasons)) if row else None


def completeness_of(snapshot: Snapshot, exam: ExamRecord) -> Completeness:
    labels = registry.labels_in(snapshot, exam.id)
    waiting = registry.waiting_in(snapshot, exam.id)
    released = [ClipId(row["id"]) for row in snapshot.all("clip", exam_id=exam.id)]
    return completeness(
        charter_of(snapshot, exam.charter_hash),
        exam.visit,
        registry.attributes(snapshot, exam.subject_id),
        Counter(clip.segment for clip in registry.clips_of(snapshot, exam.id) if clip.segment),
        [label.segment if (label := labels.get(clip)) else None for clip in waiting],
        exam.not_imaged,
        labelled=_labelled(snapshot, exam.id, {clip: labels[clip] for clip in (*released, *waiting) if clip in labels}),
        duplicates=len(registry.objects(snapshot, exam_id=exam.id, outcome=Outcome.DUPLICATE)),
    )


def _labelled(snapshot: Snapshot, exam: ExamId, labels: Mapping[ClipId, Label]) -> tuple[LabelledClip, ...]:
    """How each clip was taken and how good it is; of one that was taken back nothing counts."""
    gone = registry.withdrawn_in(snapshot, exam)
    qualities, pictures = intake_rows.qualities_in(snapshot, exam), fingerprints.pictures_in(snapshot, exam)
    often = Counter(pictures[clip] for clip in labels if clip not in gone and clip in pictures)
    return tuple(
        LabelledClip(label.segment, (label.view, label.mode), quality_from(qualities.get(clip)), often[pictures.get(clip, "")] > 1)
        for clip, label in labels.items()
        if clip not in gone
    )
