"""A series as a small picture: SVG made here, without style or script of its own; the same series is the same bytes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from markupsafe import Markup

from adapter.worklist.show.series import Point, Series

WIDTH, HEIGHT = 280, 96
LEFT, RIGHT, TOP, BOTTOM = 8, 46, 10, 20


@dataclass(frozen=True)
class Scale:
    """Where days and values lie in the picture."""

    first: date
    last: date
    low: float
    high: float

    def x(self, on: date) -> float:
        """A day, from left to right."""
        days = max((self.last - self.first).days, 1)
        return round(LEFT + (on - self.first).days / days * (WIDTH - LEFT - RIGHT), 1)

    def y(self, value: float) -> float:
        """A value, from bottom to top."""
        span = (self.high - self.low) or 1.0
        return round(HEIGHT - BOTTOM - (value - self.low) / span * (HEIGHT - TOP - BOTTOM), 1)


def plot(series: Series, says: str) -> Markup:
    """The picture, with `says` for whoever does not see it."""
    scale = _scale(series)
    parts = [_band(series, scale), *_marks(series.points, scale), _axis(series.points, scale)]
    last = series.points[-1]
    shown = short(last.high) if last.low == last.high else f"{short(last.low)}–{short(last.high)}"
    parts.append(Markup('<text class="last" x="{}" y="{}">{}</text>').format(
        WIDTH - RIGHT + 8, scale.y((last.low + last.high) / 2) + 4, shown
    ))  # fmt: skip
    return Markup('<svg class="plot" viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>').format(
        WIDTH, HEIGHT, says, Markup("").join(parts)
    )


def short(value: float) -> str:
    """A number as a label."""
    return f"{value:.4g}"


def _scale(series: Series) -> Scale:
    points = series.points
    values = [value for point in points for value in (point.low, point.high)]
    values += [limit for limit in series.limits if limit is not None]
    return Scale(points[0].on, points[-1].on, min(0.0, *values), max(values))


def _band(series: Series, scale: Scale) -> Markup:
    """The report's own limits as a band."""
    low, high = series.limits
    if low is None and high is None:
        return Markup("")
    top, bottom = scale.y(scale.high if high is None else high), scale.y(scale.low if low is None else low)
    return Markup('<rect class="band" x="{}" y="{}" width="{}" height="{}"/>').format(
        LEFT, top, WIDTH - LEFT - RIGHT, round(bottom - top, 1)
    )


def _marks(points: tuple[Point, ...], scale: Scale) -> list[Markup]:
    """A line through the points; where each is a range, a bar for each."""
    if any(point.low != point.high for point in points):
        bar = Markup('<line class="bar" x1="{0}" x2="{0}" y1="{1}" y2="{2}"/>')
        return [bar.format(scale.x(p.on), scale.y(p.low), scale.y(p.high) - (p.low == p.high)) for p in points]
    path = " ".join(f"{scale.x(point.on)},{scale.y(point.low)}" for point in points)
    dots = [Markup('<circle cx="{}" cy="{}" r="2.6"/>').format(scale.x(p.on), scale.y(p.low)) for p in points]
    return [Markup('<polyline points="{}"/>').format(path), *dots]


def _axis(points: tuple[Point, ...], scale: Scale) -> Markup:
    return Markup(
        '<line class="axis" x1="{}" x2="{}" y1="{}" y2="{}"/><text x="{}" y="{}">{}</text>'
        '<text x="{}" y="{}" text-anchor="end">{}</text>'
    ).format(
        LEFT, WIDTH - RIGHT, HEIGHT - BOTTOM, HEIGHT - BOTTOM, LEFT, HEIGHT - 5, points[0].on.isoformat(),
        WIDTH - RIGHT, HEIGHT - 5, points[-1].on.isoformat() if scale.last != scale.first else "",
    )  # fmt: skip
