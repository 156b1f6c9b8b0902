"""The grammar of the FHIRPath that views use: text goes in, a small tree of frozen nodes comes out."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, TypeAlias

from adapter.errors import ViewError
from adapter.facts.views.fhirpath.values import Moment


@dataclass(frozen=True, slots=True)
class Literal:
    """A value written in the path itself; the empty literal `{}` has the value None."""

    value: str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Constant:
    """A `%name` of the view, or the environment's own `%rowIndex`."""

    name: str


@dataclass(frozen=True, slots=True)
class This:
    """The element the path is standing on, `$this`."""


@dataclass(frozen=True, slots=True)
class Member:
    """A step to a child element; without `of` it starts from the element the path is standing on."""

    name: str
    of: Node | None


@dataclass(frozen=True, slots=True)
class Call:
    """A function called on a collection."""

    name: str
    arguments: tuple[Node, ...]
    of: Node | None


@dataclass(frozen=True, slots=True)
class Index:
    """One element of a collection by its 0-based place."""

    of: Node
    at: Node


@dataclass(frozen=True, slots=True)
class Operation:
    """Two expressions joined by an operator."""

    operator: str
    left: Node
    right: Node


Node: TypeAlias = Literal | Constant | This | Member | Call | Index | Operation

# Loosest first; FHIRPath lets inequality bind tighter than equality.
BINDING: Final = {
    "or": 1, "and": 2, "=": 3, "!=": 3, "<": 4, "<=": 4, ">": 4, ">=": 4, "+": 5, "-": 5, "*": 6, "/": 6,
}  # fmt: skip

_TOKEN: Final = re.compile(
    r"""(?P<space>\s+|//[^\n]*|/\*.*?\*/)
      | @(?P<moment>T\d\d:\d\d(?::\d\d(?:\.\d+)?)?
          |\d{4}(?:-\d\d(?:-\d\d)?)?(?:T(?:\d\d(?::\d\d(?::\d\d(?:\.\d+)?)?)?(?:Z|[+-]\d\d:\d\d)?)?)?)
      | (?P<number>\d+(?:\.\d+)?)
      | '(?P<string>(?:\\.|[^'\\])*)'
      | `(?P<quoted>(?:\\.|[^`\\])*)`
      | (?P<name>[A-Za-z_]\w*)
      | %(?P<constant>[A-Za-z_]\w*)
      | (?P<this>\$this\b)
      | (?P<symbol><=|>=|!=|[-+*/=<>()\[\].,{}])""",
    re.VERBOSE | re.DOTALL | re.ASCII,
)
_ESCAPE: Final = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|(.))", re.DOTALL)
_ESCAPED: Final = {"n": "\n", "t": "\t", "r": "\r", "f": "\f"}


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    at: int


def parse(text: str) -> Node:
    """Parse one FHIRPath expression, or say where it goes wrong."""
    try:
        return _Parser(text).whole()
    except RecursionError:
        raise ViewError(f"path {text[:60]!r}…: nested too deeply. Write it with fewer brackets.") from None


class _Parser:
    """Recursive descent over the tokens of one path."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = self._split()
        self.place = 0

    def _split(self) -> list[_Token]:
        tokens: list[_Token] = []
        at = 0
        while at < len(self.text):
            match = _TOKEN.match(self.text, at)
            if match is None or match.lastgroup is None:
                raise self._fault(at, f"{self.text[at]!r} cannot stand here")
            if match.lastgroup != "space":
                tokens.append(_Token(match.lastgroup, match[match.lastgroup], at))
            at = match.end()
        tokens.append(_Token("end", "", at))
        return tokens

    def _fault(self, at: int, what: str) -> ViewError:
        return ViewError(f"path {self.text!r}, character {at + 1}: {what}.")

    def _take(self, symbol: str) -> bool:
        token = self.tokens[self.place]
        found = token.kind == "symbol" and token.text == symbol
        self.place += found
        return found

    def _need(self, symbol: str) -> None:
        if not self._take(symbol):
            token = self.tokens[self.place]
            raise self._fault(token.at, f"expected {symbol!r}, found {token.text or 'the end'!r}")

    def _next(self) -> _Token:
        token = self.tokens[self.place]
        self.place += token.kind != "end"
        return token

    def whole(self) -> Node:
        """Parse everything; what is left over is a fault."""
        node = self._expression(1)
        token = self.tokens[self.place]
        if token.kind != "end":
            raise self._fault(token.at, f"{token.text!r} is not an operator of the supported subset ({_operators()})")
        return node

    def _expression(self, loosest: int) -> Node:
        left = self._signed()
        while True:
            token = self.tokens[self.place]
            binding = BINDING.get(token.text, 0) if token.kind in ("symbol", "name") else 0
            if binding < loosest:
                return left
            self.place += 1
            left = Operation(token.text, left, self._expression(binding + 1))

    def _signed(self) -> Node:
        if self._take("-"):
            return Operation("-", Literal(0), self._signed())
        if self._take("+"):
            return self._signed()
        return self._path()

    def _path(self) -> Node:
        node = self._term()
        while True:
            if self._take("."):
                node = self._invocation(node, self._next())
            elif self._take("["):
                node = Index(node, self._expression(1))
                self._need("]")
            else:
                return node

    def _term(self) -> Node:
        token = self._next()
        match token.kind:
            case "name" if token.text in ("true", "false"):
                return Literal(token.text == "true")
            case "string":
                return Literal(_unescape(token.text))
            case "number":
                return Literal(float(token.text) if "." in token.text else int(token.text))
            case "moment":
                return Literal(Moment(token.text.removeprefix("T")))
            case "constant":
                return Constant(token.text)
            case "this":
                return This()
        return self._bracket(token)

    def _bracket(self, token: _Token) -> Node:
        if token.kind == "symbol" and token.text == "(":
            node = self._expression(1)
            self._need(")")
            return node
        if token.kind == "symbol" and token.text == "{":
            self._need("}")
            return Literal(None)
        return self._invocation(None, token)

    def _invocation(self, of: Node | None, token: _Token) -> Node:
        if token.kind == "quoted":
            return Member(_unescape(token.text), of)
        if token.kind != "name":
            raise self._fault(token.at, f"expected a name, found {token.text or 'the end'!r}")
        if not self._take("("):
            return Member(token.text, of)
        arguments: list[Node] = []
        while not self._take(")"):
            if arguments:
                self._need(",")
            arguments.append(self._expression(1))
        return Call(token.text, tuple(arguments), of)


def _operators() -> str:
    return " ".join(BINDING)


def _unescape(text: str) -> str:
    return _ESCAPE.sub(lambda m: chr(int(m[1], 16)) if m[1] else _ESCAPED.get(m[2], m[2]), text)
