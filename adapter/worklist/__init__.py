"""The investigators' page: who is nearest, why, what is missing; fill it in, decide, next."""

from adapter.worklist.app import create_app
from adapter.worklist.serving import listening
from adapter.worklist.ward import Ward

__all__ = ["Ward", "create_app", "listening"]
