"""Whoever reads the page: their language, and every text of the page in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime
from flask import request

from adapter.words import LANGUAGES, Catalogue

COOKIE = "language"
LOCALES = {"en": "en_GB", "zh": "zh_CN"}


@dataclass(frozen=True)
class Reader:
    """Says the page's texts in one language."""

    texts: Catalogue
    language: str
    zone: ZoneInfo

    def say(self, name: str, **filled: object) -> str:
        """A text of the catalogue, such as `list.title`."""
        group, _, key = name.partition(".")
        return self.texts[group][key][self.language].format(**filled)

    def day(self, day: date | str | None) -> str:
        """A day as this language writes it; nothing where there is none."""
        if not day:
            return ""
        at = date.fromisoformat(day[:10]) if isinstance(day, str) else day
        return format_date(at, "yyyy-MM-dd" if self.language == "zh" else "d MMM yyyy", locale=LOCALES[self.language])

    def instant(self, written: str | None) -> str:
        """An instant in the hospital's time."""
        if not written:
            return ""
        at = datetime.fromisoformat(written).astimezone(self.zone)
        form = "yyyy-MM-dd HH:mm" if self.language == "zh" else "d MMM yyyy, HH:mm"
        return format_datetime(at, form, locale=LOCALES[self.language])


def language_asked() -> str:
    """The language chosen on the page before, else the one the browser prefers."""
    chosen = request.cookies.get(COOKIE, "")
    return chosen if chosen in LANGUAGES else request.accept_languages.best_match(LANGUAGES, "zh")
