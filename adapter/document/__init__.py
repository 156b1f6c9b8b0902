"""A study in words for those who answer for it: how each criterion is read, from what, and what is still open."""

from adapter.document.page import document

__all__ = ["document"]
