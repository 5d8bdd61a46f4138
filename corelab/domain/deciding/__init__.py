"""Deciding what two readers dispute: the case, the decisions, what follows from them for the details of a segment, the final grades."""
