"""The story of one patient, as somebody at the page lives it: found, understood, examined, marked, and on record."""

from dataclasses import dataclass

from playwright.sync_api import Page, expect

# Present at the bedside: 4 + 4 + 2 + 2 + 2, of which no item is laboratory; all else was looked for and is not there.
PRESENT = ("sledai.arthritis", "sledai.myositis", "sledai.rash", "sledai.alopecia", "sledai.mucosal_ulcers")
BEDSIDE = "input[type=radio][name^='sledai.'][value=absent]"
NEAREST = "table.roster tbody tr:has(.potential-candidate)"
SCORE = "I3"
BY_EXAMINATION = "SELENA-SLEDAI"  # in what would settle it


@dataclass(frozen=True)
class Seen:
    """What the story came by."""

    number: str
    before: str
    after: str


def answer(page: Page, criterion: str) -> str:
    """Return how the patient's page marks the answer to a criterion: good, open or bad."""
    row = page.locator("table.matrix tr", has=page.get_by_role("rowheader", name=criterion, exact=True)).first
    return row.locator(".answer").get_attribute("class").removeprefix("answer ").strip()


def walk(page: Page, *, scripts: bool) -> Seen:
    """From the list to a patient whom a person has taken into screening."""
    page.goto("/worklist")
    chosen = row_of(page)
    number = chosen.get_by_role("rowheader").get_by_role("link").inner_text()
    chosen.get_by_role("rowheader").get_by_role("link").click()
    expect(page.locator("h1")).to_contain_text(number)
    before = answer(page, SCORE)
    examine(page, scripts=scripts)
    after = answer(page, SCORE)
    mark(page)
    return Seen(number, before, after)


def row_of(page: Page):
    """Return the nearest patient who lacks what is seen at the bedside."""
    for row in page.locator(NEAREST).all():
        if BY_EXAMINATION in row.locator(".needs").inner_text():
            return row
    raise AssertionError("nobody on the list has to be examined")


def examine(page: Page, *, scripts: bool) -> None:
    """Fill in the bedside items, look at the running range, and keep the form."""
    page.locator("a[href$='/form']").first.click()
    unfold(page)
    names = dict.fromkeys(one.get_attribute("name") for one in page.locator(BEDSIDE).all())
    for name in names:
        value = "present" if name in PRESENT else "absent"
        page.locator(f"input[name='{name}'][value={value}]").check()
    if not scripts:  # with scripts it runs along
        page.locator("button[name=show]").first.click()
    expect(page.locator("#range")).to_contain_text("14")
    page.locator("button[name=keep]").first.click()
    expect(page.locator(".done")).to_be_visible()


def unfold(page: Page) -> None:
    """Open what is folded, as a reader would."""
    folded = page.locator("details:not([open]) > summary")
    while folded.count():
        folded.first.click()


def mark(page: Page) -> None:
    """Say that the patient is in screening."""
    page.locator("#new-status").select_option("screening")
    page.locator("#status form button.main").click()
    expect(page.locator(".done")).to_be_visible()
