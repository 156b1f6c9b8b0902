"""A link that signs in its one visitor is worth nothing the second time, and no guess at it is worth anything."""

from adapter.worklist.access.invitation import invite


def test_a_link_signs_in_once(page, browser):
    path = invite(page, "investigator")
    visitor, second = browser(), browser()
    assert visitor.get("/worklist").status_code == 303
    assert visitor.get(path).headers["Location"] == "/"
    assert visitor.get("/worklist").status_code == 200
    assert second.get(path).status_code == 404
    assert second.get("/worklist").status_code == 303


def test_a_guess_leaves_the_link_as_it_was(page, browser):
    path, visitor = invite(page, "investigator"), browser()
    for guess in ("x", path[:-1], path + "x"):
        assert visitor.get(f"/enter/{guess}").status_code == 404
    assert visitor.get(path).status_code == 303
