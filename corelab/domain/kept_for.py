"""What is worked out once for a charter, a visit and what is known of a subject: the key under which it is kept."""

from dataclasses import dataclass, field

from corelab.domain.attributes import Attributes
from corelab.domain.charter import Charter


@dataclass(frozen=True, slots=True, eq=False)
class KeptFor:
    """Charters are told apart by their hash: comparing whole ones costs more than what is kept."""

    charter: Charter
    visit: str
    attributes: Attributes
    key: tuple[object, ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        known = self.attributes
        key = (self.charter.hash, self.visit, frozenset(known.subject.items()), frozenset(known.segments.items()))
        object.__setattr__(self, "key", key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, KeptFor) and self.key == other.key

    def __hash__(self) -> int:
        return hash(self.key)
