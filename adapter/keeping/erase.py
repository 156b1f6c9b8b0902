"""The command `erase`: a person leaves the database, and the fact that something was decided stays."""

from __future__ import annotations

from adapter.errors import SourceError
from adapter.facts.chart import Chart
from adapter.journal import Journal
from adapter.journal.audit.erasure import Eraser
from adapter.journal.audit.whole import held
from adapter.pull.population import as_key


def erase(url: str, password: str | None, study: str, named: str, who: str) -> bool:
    """Erase a patient named by id or screening number, under every id that they have had by merges.

    Tell whether they were of the population until now.
    """
    with held(url, password=password) as found:
        chart, journal = Chart(found.database), Journal(found.database)
        patient = journal.patient_of(study, named) or as_key(named)
        records = journal.one_person(patient)
        member = any(one.patient in records for one in chart.members())
        if not member and not any(chart.of_patient(one) or journal.history(study, one) for one in records):
            raise SourceError(f"erase: nothing is known of {patient}. Name an id or a screening number.")
        with chart.transaction() as taking:
            taking.remove_patients(records)
        # Last: only the journal knows which records are one person, and whoever is interrupted must be able to go on.
        with journal.transaction() as work:
            for record in records:
                Eraser(work, who, "erased").erase(record)
    return member
