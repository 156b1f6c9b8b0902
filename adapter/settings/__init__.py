"""Place: which hospital, which server, who is told. One TOML file, and the environment over it."""

from adapter.settings.model import Settings, is_loopback
from adapter.settings.read import as_far_as_readable, database_password, load, secret, where

__all__ = ["Settings", "as_far_as_readable", "database_password", "is_loopback", "load", "secret", "where"]
