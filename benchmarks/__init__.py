"""Measurements: quality of linking against judgements, with floors that CI holds."""
