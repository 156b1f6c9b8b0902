"""Servers of several tempers: fronts that stand before the sandbox hospital when subjects are written."""

import json
from dataclasses import replace

from adapter.demo.exchange import write_json


def writes_of_subjects(request):
    return request.method in {"POST", "PUT"} and request.path.startswith("ResearchSubject") and "_" not in request.path


def answering(hospital, alter):
    """A server whose answers to writes are other than what it does: `alter` makes one of the true one."""

    def before(visit, request):
        if not writes_of_subjects(request):
            return False
        visit.send(alter(hospital.answer(request)))
        return True

    return before


def deaf(hospital, *names):
    """A server that does not heed these headers."""

    def before(visit, request):
        if not writes_of_subjects(request):
            return False
        heard = {name: value for name, value in request.headers.items() if name not in names}
        visit.send(hospital.answer(replace(request, headers=heard)))
        return True

    return before


def cut(hospital, number):
    """A server whose answer to the first write ends after so many bytes."""
    done = []

    def before(visit, request):
        if not writes_of_subjects(request) or done:
            return False
        answer = hospital.answer(request)
        body = write_json(answer.body)
        whole = b"HTTP/1.1 %d Fine\r\nContent-Type: application/fhir+json\r\nETag: %s\r\nContent-Length: %d\r\n\r\n" % (
            answer.status, answer.headers["ETag"].encode(), len(body)) + body  # fmt: skip
        done.append(len(whole))
        visit.wfile.write(whole[:number])
        visit.close_connection = True
        return True

    before.done = done
    return before


def altering(hospital, change):
    """A server that keeps something else than it was given."""

    def before(visit, request):
        if not writes_of_subjects(request):
            return False
        body = change(json.loads(request.body))
        visit.send(hospital.answer(replace(request, body=json.dumps(body).encode())))
        return True

    return before


def lose_the_answer(hospital, *methods):
    """A server that does what it is told first by one of these methods, and whose answer never comes."""
    lost = []

    def before(visit, request):
        if request.method not in methods or request.path == "" or "_search" in request.path or lost:
            return False
        lost.append(request)
        hospital.answer(request)
        visit.close_connection = True
        return True

    return before
