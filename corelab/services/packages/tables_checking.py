"""The tables of a package, one subject after the other: made anew from the readings, and the readings held against the trail."""

from collections.abc import Iterator, Mapping

from corelab.export.check import Loaded, PackageFault, Recomputed, Subjects, limited, table_faults
from corelab.export.check.derived import UNREADABLE
from corelab.export.versions import Versions
from corelab.services.packages.records_checking import Held
from corelab.services.packages.trail_recorded import Recorded

_DATA = "data"


class Looked:
    """What was found in the tables of one package. ``recorded`` is None for one that came before packages had a trail."""

    def __init__(self, versions: Versions, loaded: Loaded, recorded: Recorded | None) -> None:
        self._versions, self._loaded = versions, loaded
        faults, rows = table_faults(versions, loaded)
        self._counted: dict[str, int] = {f"{name} rows": count for name, count in rows.items()}
        if {table.name for table in loaded.tables(versions.main)} <= rows.keys():
            faults += tuple(limited(self._subjects(recorded), _DATA))
        self.faults: tuple[PackageFault, ...] = faults
        self.sound = not faults and bool(rows)
        """Whether all else can be made from them."""

    @property
    def counted(self) -> Mapping[str, int]:
        return self._counted

    def _subjects(self, recorded: Recorded | None) -> Iterator[PackageFault]:
        recomputed = Recomputed(self._versions, self._loaded)
        held = Held(self._versions, self._loaded, recorded) if recorded is not None else None
        try:
            for subject in Subjects(self._versions, self._loaded):
                yield from recomputed.faults(subject)
                if held is not None:
                    yield from held.faults(subject, recomputed.exams)
        except (*UNREADABLE, ValueError) as error:
            yield PackageFault(_DATA, f"cannot be read one subject after the other ({type(error).__name__})")
            return
        if held is not None:
            yield from held.ended()
            self._counted |= {
                "signed records held against the trail": held.count,
                "exams whose subject, visit and reference reader the trail does not tell": held.exams,
            }
            if held.left:
                self._counted |= {"signed records of the trail in no table": len(held.left)}
