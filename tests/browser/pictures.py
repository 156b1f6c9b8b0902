"""Pictures of every page in both languages: python -m tests.browser.pictures FOLDER BASE USER PASSWORD."""

import sys
from pathlib import Path

from tests.browser.chromium import reader, running
from tests.browser.crawl import kind, pages


def main(folder: Path, base: str, user: str, password: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with running() as browser:
        for language in ("en", "zh"):
            with reader(browser, base, language) as page:
                page.goto("/login")
                page.screenshot(path=folder / f"{language}-login.png")
                page.fill("input[name=username]", user)
                page.fill("input[name=password]", password)
                page.click("button.main")
                for path in pages(page, "/"):
                    name = kind(path).strip("/").replace("/", "-").replace("*", "one") or "front"
                    page.screenshot(path=folder / f"{language}-{name}.png", full_page=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:5])
