"""What is wrong with the adapter itself, told to IT: one mail when it begins, one when it ends, no patient data."""

from adapter.incidents.watch import KILLED, Watch, watched

__all__ = ["KILLED", "Watch", "watched"]
