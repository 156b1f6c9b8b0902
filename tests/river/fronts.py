"""Somebody in front of the hospital who changes what is asked, or what is answered."""

from collections.abc import Callable
from dataclasses import replace
from urllib.parse import urlencode

from adapter.demo.exchange import Answer
from tests.fhir_server.records import Resource
from tests.river.hospital import River


def edited(river: River, kind: str, edit: Callable[[Resource], Resource]):
    """Answer searches of a type as the hospital does, but for an edit of the page."""

    def front(visit, request):
        if request.path.split("/")[0] != kind:
            return False
        said = river.sandbox.answer(request)
        if said.status != 200 or said.body.get("type") != "searchset":
            return False
        visit.send(Answer(200, edit(said.body)))
        return True

    return front


def empty(page: Resource) -> Resource:
    """The same page as if there were nothing, and never had been."""
    return {**page, "entry": [], "total": 0, "link": [one for one in page["link"] if one["relation"] == "self"]}


def short(page: Resource) -> Resource:
    """The same page as if the search had ended early."""
    return {**page, "entry": page.get("entry", [])[:-1], "link": []}


def deaf(river: River, *parameters: str, kind: str = "", says: bool = True):
    """Answer as a hospital that knows no such parameters, and `says` so in the self link."""

    def front(visit, request):
        about = request.path.split("/")[0]
        if (kind and kind != about) or request.method == "PUT" or not {*parameters} & {n for n, _ in request.form}:
            return False
        query = tuple(pair for pair in request.query if pair[0] not in parameters)
        posted = request.path.endswith("/_search")
        pairs = replace(request, query=()).form if posted else ()
        body = urlencode([pair for pair in pairs if pair[0] not in parameters]).encode() if posted else request.body
        said = river.sandbox.answer(replace(request, query=query, body=body))
        links = [one for one in said.body.get("link", ()) if says or one["relation"] != "self"]
        visit.send(Answer(said.status, {**said.body, "link": links}))
        return True

    return front
