"""The page's tables, made from results.json and parameters.csv between the marks in the page."""

from __future__ import annotations

import re
from collections.abc import Callable
from statistics import mean

from tests.flag.course import FOLDER, PARAMETERS
from tests.flag.measures import RUNS
from tests.flag.watch import DEFAULT, GRID, SIGNS, name_of

PAGE = FOLDER.parents[1] / "docs" / "explanation" / "how-well-it-flags.md"
Counted = dict[str, int]
Results = dict[str, dict[str, dict[str, Counted]]]  # kind of record, seed, setting


def share(part: str, whole: str) -> Callable[[Counted], float]:
    """One count over another."""
    return lambda counts: counts.get(part, 0) / counts[whole]


def a_week(counts: Counted) -> float:
    """New flags a week after the first run."""
    return counts["new flags"] / (RUNS - 1)


def alerts(counts: Counted) -> float:
    """How often a flagged patient turned flagged in the year."""
    return (counts["new flags"] + counts.get("first run flags", 0)) / counts["patients flagged"]


PERCENT, ONE, WHOLE = "{:.0%}", "{:.1f}", "{:.0f}"
COLUMNS = {
    "episodes found in 30 days": (share("episodes flagged in 30 days", "episodes"), PERCENT),
    "in 90 days": (share("episodes flagged in 90 days", "episodes"), PERCENT),
    "patients found": (share("patients with an episode, flagged", "patients with an episode"), PERCENT),
    "new flags right": (share("new flags, eligible", "new flags"), PERCENT),
    "right within 90 days": (share("new flags, eligible in 90 days", "new flags"), PERCENT),
    "standing list right": (share("flagged weeks, eligible", "flagged weeks"), PERCENT),
    "new flags a week": (a_week, ONE),
    "flags of the first run": (lambda counts: counts.get("first run flags", 0), WHOLE),
    "flags a flagged patient": (alerts, "{:.2f}"),
}


def cell(column: str, setting: str, seeds: dict[str, dict[str, Counted]]) -> str:
    """Mean over the seeds, and in brackets the lowest and highest."""
    function, form = COLUMNS[column]
    values = [function(settings[setting]) for settings in seeds.values()]
    shown, low, high = (form.format(one(values)) for one in (mean, min, max))
    return shown if len(values) == 1 else f"{shown} ({low.rstrip('%')}–{high})"


def settings_table(seeds: dict[str, dict[str, Counted]], settings: list[str], head: str) -> list[str]:
    """One row for each setting."""
    lines = [f"| {head} | " + " | ".join(COLUMNS) + " |", "|" + " --- |" * (len(COLUMNS) + 1)]
    for setting in settings:
        shown = f"**{setting}**" if setting == name_of(*DEFAULT) else setting
        lines.append(f"| {shown} | " + " | ".join(cell(column, setting, seeds) for column in COLUMNS) + " |")
    return lines


def reasons_table(seeds: dict[str, dict[str, Counted]]) -> list[str]:
    """What new flags were wrong for, and what missed episodes were missed for, at the usual setting."""
    usual = [settings[name_of(*DEFAULT)] for settings in seeds.values()]
    lines = ["| | share |", "| --- | --- |"]
    for kind, whole in (("wrong", "new flags"), ("missed", "episodes")):
        names = sorted({name for counts in usual for name in counts if name.startswith(f"{kind}: ")})
        values = {name: mean(counts.get(name, 0) / counts[whole] for counts in usual) for name in names}
        lines += [f"| {name}, of all {whole} | {values[name]:.1%} |" for name in sorted(names, key=values.get)[::-1]]
    return lines


def hospital_table(seeds: dict[str, dict[str, Counted]]) -> list[str]:
    """The simulated hospital itself."""
    usual = [settings[name_of(*DEFAULT)] for settings in seeds.values()]
    rows = {
        "patients": "patients",
        "patients truly eligible at a visit in the year": "patients with an episode",
        "episodes with 90 days to follow": "episodes",
        "spells of eligibility in which the patient never came": "episodes never seen",
    }
    lines = ["| a hospital (mean of the seeds) | number |", "| --- | --- |"]
    return lines + [f"| {shown} | {mean(c.get(name, 0) for c in usual):.0f} |" for shown, name in rows.items()]


def parameters_table() -> list[str]:
    """Every parameter with the figure it rests on; those of one source share a row, the assumptions come last."""
    by_source: dict[str, dict[str, list[str]]] = {}
    for row in sorted(PARAMETERS, key=lambda one: one["source"] == "assumption"):
        figures = by_source.setdefault(row["source"], {})
        figures.setdefault(row["figure"], []).append(f"{row['name']} {row['value']}")
    lines = ["| source | parameters (what the source says) |", "| --- | --- |"]
    for source, figures in by_source.items():
        said = (", ".join(named) + (f" ({figure})" if figure else "") for figure, named in figures.items())
        lines.append(f"| {source} | {'; '.join(said)} |")
    return lines


def tables(results: Results) -> dict[str, str]:
    """All tables by name."""
    seeds = results["courses"]
    signs = [name_of(*DEFAULT), *(f"{kind} {name}" for kind in ("only", "without") for name in SIGNS)]
    made = {
        "hospital": hospital_table(seeds),
        "settings": settings_table(seeds, [name_of(*one) for one in GRID], "setting"),
        "signs": settings_table(seeds, signs, "signs"),
        "reasons": reasons_table(seeds),
        "refills": settings_table(results["refills"], [name_of(*DEFAULT)], "setting") if "refills" in results else [],
        "parameters": parameters_table(),
    }
    return {name: "\n".join(lines) for name, lines in made.items()}


def filled(page: str, results: Results) -> str:
    """The page with its tables made anew."""
    for name, table in tables(results).items():
        mark, end = f"<!-- table: {name} -->", "<!-- end -->"
        page = re.sub(f"{mark}\n.*?{end}", lambda _, t=f"{mark}\n{table}\n{end}": t, page, flags=re.DOTALL)
    return page


def written_page(results: Results) -> None:
    """Write the tables into the page."""
    PAGE.write_text(filled(PAGE.read_text(encoding="utf-8"), results), encoding="utf-8")
