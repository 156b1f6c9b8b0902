"""Place: which hospital, which server, who is told. One TOML file, and the environment over it."""

from adapter.settings.model import Settings, is_loopback
from adapter.settings.read import database_password, load, secret, where

__all__ = ["Settings", "database_password", "is_loopback", "load", "secret", "where"]
