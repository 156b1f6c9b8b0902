"""The command line: which commands there are, and what each takes."""

from adapter.arguments.parser import parse, parser

__all__ = ["parse", "parser"]
