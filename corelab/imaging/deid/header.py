"""Builds the header of a clip anew: an empty data set, into which only what the allow-list names is written, each value checked."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pydicom
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence as DicomSequence

from corelab.domain.intake import IntakeCode, ObjectRefusedError
from corelab.imaging.deid.keyed import Keyed, is_uid
from corelab.imaging.deid.policy import Policy, Rule
from corelab.imaging.deid.source_set import SourceSet
from corelab.imaging.deid.values import decimal_text, kept_codes, kept_numbers, known_device

US, US_MULTI = "1.2.840.10008.5.1.4.1.1.6.1", "1.2.840.10008.5.1.4.1.1.3.1"
RETIRED = {"1.2.840.10008.5.1.4.1.1.6": US, "1.2.840.10008.5.1.4.1.1.3": US_MULTI}

_PROFILE = ("113100", "Basic Application Confidentiality Profile")
_CLEAN_PIXELS = ("113101", "Clean Pixel Data Option")
_DATES = ("113107", "Retain Longitudinal Temporal Information Modified Dates Option")
_DEVICE = ("113109", "Retain Device Identity Option")

_METHODS = ("ISO_10918_1", "ISO_14495_1", "ISO_15444_1", "ISO_15444_15", "ISO_13818_2", "ISO_14496_10", "ISO_23008_2")
_FRAME_TIME, _FRAME_TIME_VECTOR = 0x00181063, 0x00181065

_VR_FILL = {"US": 0, "UL": 0, "FD": 0.0}


@dataclass(frozen=True, slots=True)
class Mark:
    """What a clip carries instead of who was scanned: the exam's pseudonym, the trial, the lab's key, a number within the exam."""

    pseudonym: str
    trial: str
    keyed: Keyed = field(repr=False)
    number: int = 1


@dataclass(frozen=True, slots=True)
class Picture:
    """The pixels as they are stored. ``times`` are the frame times (ms) where frames were left out, else None: as the source says.

    ``method`` and ``ratio`` say how the very coding in which it came lost something, for a header that does not say it; else empty and 0.
    """

    rows: int
    columns: int
    frames: int
    samples: int
    photometric: str
    lossy: bool
    bits: tuple[int, int] = (8, 8)
    planar: int = 0
    times: tuple[float, ...] | None = None
    method: str = ""
    ratio: float = 0.0


def rebuild(source: SourceSet, mark: Mark, picture: Picture, policy: Policy) -> Dataset:
    """The new data set without pixels. Raises ObjectRefusedError when something every image must have cannot be filled."""
    pydicom.config.settings.reading_validation_mode = pydicom.config.IGNORE
    pydicom.config.settings.writing_validation_mode = pydicom.config.RAISE
    return _Builder(source, mark, picture, policy).data_set()


@dataclass(slots=True)
class _Builder:
    source: SourceSet
    mark: Mark
    picture: Picture
    policy: Policy
    actions: Mapping[str, Callable[[Rule, tuple[int, ...]], Any]] = field(init=False)

    def __post_init__(self) -> None:
        self.actions = {
            "set": self._set, "keep_code": self._keep_code, "keep_number": self._keep_number, "uid": self._uid,
            "ratio": self._ratio, "date": self._date,
            "code_seq": self._code_sequence, "device": self._device, "items": self._items, "number_again": self._number_again,
            "pixel": self._pixel, "timing": self._timing, "lossy": self._lossy, "claims": self._claims,
        }  # fmt: skip

    def data_set(self) -> Dataset:
        return self._filled((), ())

    def _filled(self, path: tuple[int, ...], items: tuple[int, ...]) -> Dataset:
        built = Dataset()
        for rule in self.policy.rules.get(path, ()):
            value = self.actions[rule.action](rule, items)
            if value is None or value == []:
                value = self._without_value(rule)
            if value is not None:
                built.add(DataElement(rule.tag, rule.vr, value))
        return built

    @staticmethod
    def _without_value(rule: Rule) -> Any:
        """Type 1 in a region falls back to "unknown"; elsewhere it must be there. Type 2 is written empty, the rest is left out."""
        if rule.type == "1" and rule.path and rule.vr in _VR_FILL:
            return _VR_FILL[rule.vr]
        if rule.type == "1" and rule.action != "pixel":
            code = IntakeCode.UID_INVALID if rule.action == "uid" else IntakeCode.TYPE1_MISSING
            raise ObjectRefusedError(code, rule.keyword)
        return "" if rule.type == "2" else None

    def _values(self, rule: Rule, items: tuple[int, ...]) -> list[Any]:
        return self.source.values(rule.tag, rule.vr, rule.path, items)

    def _set(self, rule: Rule, _items: tuple[int, ...]) -> str | None:
        if (rule.type == "2C" and self.source.element(rule.tag) is None) or (rule.type == "3" and not rule.argument):
            return None
        named = {
            "$pseudonym": self.mark.pseudonym,
            "$trial": self.mark.trial,
            "$method": f"corelab {self.policy.version}",
            "$sop_class": US_MULTI if self.picture.frames > 1 or self._declared_multi() else US,
        }
        return named.get(rule.argument, rule.argument)

    def _declared_multi(self) -> bool:
        declared = self.source.text(0x00080016, "UI")
        return RETIRED.get(declared, declared) == US_MULTI

    def _keep_code(self, rule: Rule, items: tuple[int, ...]) -> list[str]:
        return kept_codes(rule, self._values(rule, items))

    def _keep_number(self, rule: Rule, items: tuple[int, ...]) -> Any:
        numbers = kept_numbers(rule, self._values(rule, items))
        return numbers[0] if len(numbers) == 1 else numbers

    def _ratio(self, rule: Rule, items: tuple[int, ...]) -> list[str | int | float]:
        """Two whole numbers that differ: pixels without a ratio are square."""
        numbers = kept_numbers(rule, self._values(rule, items))
        return numbers if len(numbers) == 2 and numbers[0] != numbers[1] else []

    def _uid(self, rule: Rule, items: tuple[int, ...]) -> str | None:
        uid = self.source.text(rule.tag, "UI", rule.path, items)
        return self.mark.keyed.uid(uid) if is_uid(uid) else None

    def _date(self, rule: Rule, items: tuple[int, ...]) -> str | None:
        if self.source.element(rule.tag, rule.path, items) is None:
            return None
        shifted = self.mark.keyed.date_text(self.source.text(rule.tag, rule.vr, rule.path, items))
        return shifted if shifted or rule.type.startswith("2") else None

    def _code_sequence(self, rule: Rule, items: tuple[int, ...]) -> DicomSequence | None:
        inner, kept = (*rule.path, rule.tag), []
        for item in self.source.items(rule.tag, rule.path, items):
            scheme, value = (self.source.text(tag, "SH", inner, item) for tag in (0x00080102, 0x00080100))
            meaning = self.policy.codes.get((rule.argument, scheme, value))
            if meaning is not None:
                kept.append(self._coded(inner, item, (scheme, value, meaning)))
        return DicomSequence(kept) if kept else None

    def _coded(self, path: tuple[int, ...], item: tuple[int, ...], code: tuple[str, str, str]) -> Dataset:
        built = _code_item(*code)
        for rule in self.policy.rules.get(path, ()):
            nested = self._code_sequence(rule, item) if rule.action == "code_seq" else None
            if nested is not None:
                built.add(DataElement(rule.tag, "SQ", nested))
        return built

    def _device(self, rule: Rule, _items: tuple[int, ...]) -> Any:
        maker, model, versions = self._known_device()
        return {"manufacturer": maker, "model": model or None, "software": list(versions) or None}[rule.argument]

    def _known_device(self) -> tuple[str, str, tuple[str, ...]]:
        return known_device(
            self.policy,
            self.source.text(0x00080070),
            self.source.text(0x00081090),
            [str(value) for value in self.source.values(0x00181020, "LO")],
        )

    def _items(self, rule: Rule, items: tuple[int, ...]) -> DicomSequence | None:
        inner = (*rule.path, rule.tag)
        built = [self._filled(inner, item) for item in self.source.items(rule.tag, rule.path, items)]
        return DicomSequence(built) if built else None

    def _number_again(self, rule: Rule, _items: tuple[int, ...]) -> str:
        return "1" if rule.keyword == "SeriesNumber" else str(self.mark.number)

    def _pixel(self, rule: Rule, _items: tuple[int, ...]) -> Any:
        picture, multi = self.picture, self.picture.frames > 1 or self._declared_multi()
        return {
            "Rows": picture.rows, "Columns": picture.columns, "SamplesPerPixel": picture.samples,
            "PhotometricInterpretation": picture.photometric, "BitsAllocated": picture.bits[0], "BitsStored": picture.bits[1],
            "HighBit": picture.bits[1] - 1, "PixelRepresentation": 0,
            "PlanarConfiguration": picture.planar if picture.samples > 1 else None,
            "NumberOfFrames": str(picture.frames) if multi else None,
        }.get(rule.keyword)  # fmt: skip

    def _timing(self, rule: Rule, _items: tuple[int, ...]) -> Any:
        """Only what the file really says: a missing rate stays missing, so that whoever plays the clip can say that it is assumed."""
        frame_time, vector = self._times()
        if self.picture.frames == 1 and not self._declared_multi():
            return None
        if rule.keyword == "FrameTime":
            return frame_time
        if rule.keyword == "FrameTimeVector":
            return vector or None
        return (_FRAME_TIME_VECTOR if vector else _FRAME_TIME) if vector or frame_time else None

    def _times(self) -> tuple[str | None, list[str]]:
        """FrameTime, FrameTimeVector: at most one of them is set."""
        if self.picture.times is not None:
            return None, [decimal_text(time) for time in self.picture.times]
        times = _Times("DS")
        vector = times.kept(self.source.values(_FRAME_TIME_VECTOR, "DS"))
        if len(vector) == self.picture.frames:
            return None, vector
        single = times.kept(self.source.values(_FRAME_TIME, "DS"))
        return (single[0] if single and float(single[0]) > 0 else None), []

    def _lossy(self, rule: Rule, _items: tuple[int, ...]) -> Any:
        if not self.picture.lossy:
            return "00" if rule.keyword == "LossyImageCompression" else None
        methods = [word for word in self.source.values(0x00282114, "CS") if word in _METHODS]
        ratios = kept_numbers(Rule((), rule.tag, "", "DS", "3", "", "0..10000*"), self.source.values(0x00282112, "DS"))
        if len(methods) != len(ratios):  # the two tell of the same steps, one by one
            methods = []
        if not methods and self.picture.method:
            methods, ratios = [self.picture.method], ratios if len(ratios) == 1 else [decimal_text(self.picture.ratio)]
        return {
            "LossyImageCompression": "01",
            "LossyImageCompressionMethod": methods or None,
            "LossyImageCompressionRatio": ratios or None,
        }[rule.keyword]

    def _claims(self, rule: Rule, _items: tuple[int, ...]) -> DicomSequence | None:
        """Nothing about clean pixels: that is claimed only after two people looked (see ``claim_clean_pixels``)."""
        if rule.keyword == "BurnedInAnnotation":
            return None
        device = self._known_device() != ("OTHER", "", ()) and self._known_device() != ("UNKNOWN", "", ())
        return DicomSequence([_code_item("DCM", *code) for code in (_PROFILE, _DATES, *((_DEVICE,) if device else ()))])


@dataclass(frozen=True, slots=True)
class _Times:
    vr: str

    def kept(self, values: list[Any]) -> list[str]:
        """Frame times in ms as DS text; a decimal comma, which real files hold, is read as a point."""
        rule = Rule((), 0, "", self.vr, "3", "", "0..60000*")
        return [str(number) for number in kept_numbers(rule, [str(value).replace(",", ".") for value in values])]


def _code_item(scheme: str, value: str, meaning: str) -> Dataset:
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = value, scheme, meaning
    return item


def claim_clean_pixels(header: Dataset) -> None:
    """States in a built header what two people checked: no identifying annotation in the pixels (113101, BurnedInAnnotation NO)."""
    header.BurnedInAnnotation = "NO"
    codes = list(header.DeidentificationMethodCodeSequence)
    codes.insert(1, _code_item("DCM", *_CLEAN_PIXELS))
    header.DeidentificationMethodCodeSequence = DicomSequence(codes)
