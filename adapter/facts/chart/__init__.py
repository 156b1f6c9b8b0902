"""The chart: what the hospital's server said, kept between runs. A cache: it may be thrown away and pulled again.

A type's rows and its watermark move in one transaction, so what the watermark says was read is there. Instants come
from the caller.
"""

from adapter.facts.chart.chart import Chart, Member, Quarantined
from adapter.facts.chart.people import SHARED, People
from adapter.facts.chart.work import Moved, Stored, Watermark, Work

__all__ = ["SHARED", "Chart", "Member", "Moved", "People", "Quarantined", "Stored", "Watermark", "Work"]
