"""The composition root: makes the parts once and hands each what it needs."""
