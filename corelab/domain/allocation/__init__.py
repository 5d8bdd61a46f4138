"""Who reads what, in which order and when: pure rules; every choice by chance can be repeated by anyone with the seed."""

from corelab.domain.allocation.batches import Limits, Shut, Wait, door, filled, order_key, place_of, repeats_due, room
from corelab.domain.allocation.chance import (
    Purpose,
    Slot,
    choose_adjudicator,
    choose_replacement,
    exam_part,
    key,
    ranked,
    reference_slot,
    slot_of_a,
)
from corelab.domain.allocation.order import Mode, Ordered, Place, inserted, presented, reader_order
from corelab.domain.allocation.pairs import Deal, Dealt, deal_pairs
from corelab.domain.allocation.repeats import chosen_repeats

__all__ = [
    "Deal",
    "Dealt",
    "Limits",
    "Mode",
    "Ordered",
    "Place",
    "Purpose",
    "Shut",
    "Slot",
    "Wait",
    "choose_adjudicator",
    "choose_replacement",
    "chosen_repeats",
    "deal_pairs",
    "door",
    "exam_part",
    "filled",
    "inserted",
    "key",
    "order_key",
    "place_of",
    "presented",
    "ranked",
    "reader_order",
    "reference_slot",
    "repeats_due",
    "room",
    "slot_of_a",
]
