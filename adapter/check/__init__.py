"""Is this hospital ready? Every door a run goes through is tried, and each finding says what to do.

Nothing is written to the hospital, nothing is sent, and what is read of ten patients is counted and forgotten.
"""

from adapter.check.doors import Steps, check
from adapter.check.finding import Finding, told

__all__ = ["Finding", "Steps", "check", "told"]
