"""A bulk export as a way in: asked for, waited for over as many runs as it takes, fetched, read and taken away."""

from adapter.sources.export.source import ExportSource, order_of, reads_newcomers

__all__ = ["ExportSource", "order_of", "reads_newcomers"]
