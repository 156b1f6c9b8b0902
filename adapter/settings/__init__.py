"""Place: which hospital, which server, who is told. One TOML file, and the environment over it."""

from adapter.settings.model import Settings, is_loopback
from adapter.settings.read import load, secret

__all__ = ["Settings", "is_loopback", "load", "secret"]
