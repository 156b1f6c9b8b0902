"""A year of alerts over the simulated hospital: `python -m tests.flag.alerts [--patients 2000] [--seeds 1]`.

Each patient's standing is found week by week as the product finds it, judged anew where a pick has moved; then the
product's own telling goes through the year with one recipient who hears of everything. Results go to
tests/flag/alerts.json, and from there into the page.
"""

# ruff: noqa: T201 - a command for people

import argparse
import json
import tempfile
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from datetime import timedelta
from functools import partial

from adapter import pipeline
from adapter.database import open_database
from adapter.journal import Decided, Journal, Work
from adapter.outputs.alerts.audience import Hearer
from adapter.outputs.alerts.kinds import FLAGGED, change_kind
from adapter.outputs.alerts.telling import Stand, Telling
from adapter.screening.judging.criteria import Judgement
from adapter.screening.model import Answer, PatientRecord, Pick
from adapter.screening.picks.pick import pick_from
from adapter.screening.picks.shelf import lay_out
from tests.flag.course import FIRST_RUN, FOLDER, WEEKS, course
from tests.flag.record import written
from tests.flag.watch import DEFAULT, read_by_flag, record_of, run_on, screen

RESULTS = FOLDER / "alerts.json"
AGAIN = (0, 30, 90)  # days after which a patient who is worth a look again is told again
READER = Hearer("email", "investigator@hospital.example")
PATIENTS_A_TASK = 20
Step = tuple[int, str, list[dict[str, str]]]  # run, standing, what would settle it


def steps(number: int, seed: int) -> list[Step]:
    """The runs at which a patient's decision moves, with the standing from then on; judged where a pick moved."""
    study, record = screen(*DEFAULT).study, record_of(written(course(seed, number), seed))
    made: list[Step] = []
    before: dict[str, Pick] = {}
    for run in range(WEEKS - FIRST_RUN):
        shelf = lay_out(record, study, run_on(run))
        # Who was never worth a look is not told of, whatever becomes of them.
        picks = pick_from(shelf, study, study.variables.values() if made else read_by_flag())
        if picks == before or not (made or _flagged(record, picks)):
            before = picks
            continue
        before = picks
        judged = pipeline.judge_one(record, study, run_on(run))
        standing = judged.decision.standing.value
        settles = [{"do": one.do} for one in judged.settles] if standing in FLAGGED else []
        if not made or (standing, settles) != made[-1][1:]:
            made.append((run, standing, settles))
    return made


def _flagged(record: PatientRecord, picks: dict[str, Pick]) -> bool:
    study = screen(*DEFAULT).study
    return Judgement(study, picks, record.person.sex).finding(study.flag_rule).answer is Answer.MET


def year(patients: list[list[Step]], again_after: int) -> Counter[str]:
    """What one reader is told in the year, by kind, and what is held back."""
    counts: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder, open_database(f"sqlite:///{folder}/year.db") as database:
        journal, now = Journal(database), dict[str, Stand]()
        for run in range(WEEKS - FIRST_RUN):
            at = f"{run_on(run).isoformat()}T06:00:00Z"
            telling = Telling("s", at, timedelta(again_after))
            with journal.transaction() as work:
                number = work.begin_run(started_at=at, as_of=at[:10], study="s", study_hash="", adapter_version="")
                moved = [one for one in map(partial(_moved, work, number, run, at, now), enumerate(patients)) if one]
                fresh = {stand.patient for stand in moved}
                telling.tell(work, [READER], [*moved, *(s for s in now.values() if s.patient not in fresh)])
                now |= {one.patient: Stand(one.patient, one.standing, one.decision) for one in moved}
            counts.update({f"silenced: {reason}": count for reason, count in telling.silenced.items()})
            counts.update(_told(journal, at, "first digest" if run == 0 else "told"))
    return counts


def _moved(
    work: Work, number: int, run: int, at: str, now: dict[str, Stand], one: tuple[int, list[Step]]
) -> Stand | None:
    """The decision that a run makes anew of a patient, if it does."""
    name, step = f"Patient/{one[0]}", next((step for step in one[1] if step[0] == run), None)
    if step is None:
        return None
    _, standing, settles = step
    decided = Decided(number, name, "s", at[:10], standing, "{}", json.dumps({"settles": settles}), at)
    before = now[name].standing if name in now else None
    return Stand(name, standing, work.record(decided), fresh=True, moved=change_kind(before, standing))


def _told(journal: Journal, at: str, when: str) -> Counter[str]:
    fresh = [json.loads(one.payload)["kind"] for one in journal.pending(READER.output) if one.created_at == at]
    return Counter(f"{when}: {kind}" for kind in fresh)


def hospital(seed: int, patients: int, workers: int) -> dict[str, Counter[str]]:
    """The year of one hospital, for each pause before a patient is told again."""
    with ProcessPoolExecutor(workers) as pool:
        made = list(pool.map(partial(steps, seed=seed), range(patients), chunksize=PATIENTS_A_TASK))
    flagged = sum(any(standing in FLAGGED for _, standing, _ in one) for one in made)
    return {str(days): year(made, days) + Counter({"patients": patients, "flagged": flagged}) for days in AGAIN}


def main() -> None:
    """Run what was asked for; each seed is kept as soon as it is done."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--patients", type=int, default=2000)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1])
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    kept = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.is_file() else {}
    for seed in options.seeds:
        kept[str(seed)] = hospital(seed, options.patients, options.workers)
        RESULTS.write_text(json.dumps(kept, indent=1, sort_keys=True) + "\n", encoding="utf-8")
        print(f"seed {seed}: {options.patients} patients")


if __name__ == "__main__":
    main()
