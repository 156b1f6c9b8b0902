"""Takes the pictures of the README anew: `make pictures`. The patients are invented, and the page is served as ever."""

import sys
import tempfile
from datetime import date
from pathlib import Path

from adapter import places
from adapter.pipeline import prepare
from adapter.reception import ward_of
from adapter.settings import load
from adapter.study.load import load_study
from adapter.worklist import create_app
from adapter.worklist.access.passwords import hashed
from adapter.worklist.access.roles import Role
from adapter.worklist.access.users import Users
from tests.browser.chromium import reader, running
from tests.browser.conftest import at, sign_in
from tests.browser.crawl import kind, pages
from tests.browser.story import row_of
from tests.river.hospital import AS_OF, STUDY, River, ward
from tests.worklist.conftest import PASSWORD

SHOWN = ("c01", "c02", "c03", "c13", "c14", "c18", "c30", "c35")
SIZE = {"width": 1280, "height": 800}


def main(folder: Path, *, whole: bool) -> None:
    """The list and a patient, for the README; `whole`: every page in both languages, to be looked at."""
    mappings = places.folder("mappings")
    screen = prepare(load_study(mappings / "studies" / STUDY, mappings), mappings, "Asia/Shanghai")
    with tempfile.TemporaryDirectory() as temporary, River(Path(temporary), ward(*SHOWN)).open() as river:
        river.settled["[population]"] = "[worklist]\nnames = true\n[population]"
        assert river.run().code == 0
        made = ward_of(load(river.settings, {}), screen, lambda: {"status": "ok"}, lambda: date.fromisoformat(AS_OF))
        Users(made.database).add("wang", Role.INVESTIGATOR, STUDY, hashed(PASSWORD), "2026-03-16T08:00:00Z")
        with at(create_app(made)) as base, running() as browser:
            for language in ("en", "zh") if whole else ("en",):
                with reader(browser, base, language) as page:
                    sign_in(page, "wang")
                    every(page, folder / language) if whole else two(page, folder)
        made.database.close()


def two(page, folder):
    page.set_viewport_size(SIZE)
    page.goto("/worklist")
    page.screenshot(path=folder / "worklist.png")
    row_of(page).get_by_role("rowheader").get_by_role("link").click()
    page.wait_for_load_state()
    page.screenshot(path=folder / "patient.png")


def every(page, folder):
    folder.mkdir(parents=True, exist_ok=True)
    for path in pages(page, "/worklist"):
        name = kind(path).strip("/").replace("/", "-").replace("*", "one")
        page.screenshot(path=folder / f"{name}.png", full_page=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), whole="--all" in sys.argv[2:])
