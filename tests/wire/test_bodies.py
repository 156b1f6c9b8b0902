"""A body is taken for whole only when its end is proven (RELIABILITY.md, faults 14 to 20)."""

import gzip
import json
import random
import threading
import time
import zlib
from pathlib import Path

import pytest

from adapter.fhir.errors import EndedEarly, NotFhir, Rejected, Stopped, Temporary, TimedOut, TooLarge, Unreachable
from adapter.fhir.pages import search
from tests.wire.scripted import PACKING, Reply, bundle, outcome, page, resource

OBSERVATIONS = [resource(number, note=random.Random(number).randbytes(20).hex()) for number in range(200)]
WHOLE = bundle(*OBSERVATIONS)
ZIPPED = gzip.compress(WHOLE)


def first(client):
    return next(iter(search(client, "Observation", {"code": "a"})))


@pytest.mark.parametrize("framing", ["length", "chunked", "close"])
@pytest.mark.parametrize("packed", [None, *PACKING])
def test_15_a_body_cut_anywhere_is_noticed_and_asked_for_again(server, client, packed, framing):
    """Faults 15, 17: in every encoding and framing, at every fiftieth of the body and just before its end."""
    sent = PACKING[packed](WHOLE) if packed else WHOLE
    ahead = len(b"%x\r\n" % len(sent)) if framing == "chunked" else 0
    cuts = sorted({len(sent) * part // 50 for part in range(50)} | {len(sent) - 1, len(sent) - 3})
    for cut in cuts:
        server.say(Reply(body=WHOLE, packed=packed, framing=framing, cut=ahead + cut), Reply(body=WHOLE, packed=packed))
        client.budget("Observation").__init__(90)
        assert len(first(client).entries) == 200
    assert len(server.asked) == 2 * len(cuts)


@pytest.mark.parametrize("framing", ["length", "chunked", "close"])
@pytest.mark.parametrize("packed", [None, *PACKING])
def test_17_a_whole_body_is_read_in_every_encoding_and_framing(server, client, packed, framing):
    server.say(Reply(body=WHOLE, packed=packed, framing=framing))
    assert len(first(client).entries) == 200
    assert client.traffic.body_bytes == len(WHOLE)


def test_15_a_body_that_always_ends_early_is_a_temporary_fault(server, connect):
    server.answer = lambda asked: Reply(body=WHOLE, zipped=True, framing="close", cut=300)
    with pytest.raises(
        EndedEarly, match=r"/fhir/Observation: the packed body ended early, \d+ times\. Try again later"
    ):
        first(connect(patience_s=20))


def test_17_every_member_of_a_packed_body_is_read(server, client):
    body = gzip.compress(WHOLE[:999]) + gzip.compress(WHOLE[999:])
    server.say(Reply(body=body, headers={"Content-Encoding": "gzip"}))
    assert len(first(client).entries) == 200


@pytest.mark.parametrize(
    ("body", "encoding", "kind"),
    [
        (ZIPPED + b"garbage", "gzip", EndedEarly),
        (zlib.compress(WHOLE) + b"garbage", "deflate", EndedEarly),
        (zlib.compress(WHOLE) * 2, "deflate", EndedEarly),
        (zlib.compress(WHOLE)[:-4] + b"\0" * 4, "deflate", EndedEarly),  # a wrong checksum
        (ZIPPED, "deflate", EndedEarly),
        (ZIPPED[:-6] + b"\0" * 6, "gzip", EndedEarly),  # a wrong checksum
        (WHOLE, "gzip", EndedEarly),
        (ZIPPED, "identity", NotFhir),
        (gzip.compress(ZIPPED), "gzip", NotFhir),
        (ZIPPED, "gzip, gzip", NotFhir),
        (WHOLE, "br", NotFhir),
        (WHOLE, "zstd", NotFhir),
    ],
)
def test_17_a_body_that_is_not_packed_as_it_says_fails(server, connect, body, encoding, kind):
    server.answer = lambda asked: Reply(body=body, headers={"Content-Encoding": encoding})
    with pytest.raises(kind):
        first(connect(patience_s=3))


def test_18_a_bomb_stops_at_the_measure(server, client):
    bomb = gzip.compress(b"\0" * (160 << 20), 1)
    server.say(Reply(body=bomb, headers={"Content-Encoding": "gzip"}))
    Path("/proc/self/clear_refs").write_text("5")  # the peak so far is that of all tests before this one
    before = _memory("VmRSS")
    with pytest.raises(TooLarge, match="larger than 128 MiB"):
        first(client)
    assert _memory("VmHWM") - before < 512 << 10


def _memory(name):
    """What the kernel says of this process, in KiB."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(next(line.split()[1] for line in status.splitlines() if line.startswith(f"{name}:")))


def test_18_an_endless_body_stops_at_the_measure(server, connect):
    server.say(Reply(body=b" " * 3_000_000, framing="chunked"))
    with pytest.raises(TooLarge):
        first(connect(max_bytes=1 << 20))


@pytest.mark.parametrize(
    ("reply", "kind", "words"),
    [
        (Reply(body=b"<!DOCTYPE html><html>sign in"), NotFhir, "a web page came"),
        (Reply(body=b'<Bundle xmlns="http://hl7.org/fhir"/>'), NotFhir, "XML came"),
        (Reply(body=b""), EndedEarly, "the answer is empty"),
        (Reply(204), NotFhir, "no FHIR"),
        (Reply(body=b"[]"), NotFhir, "no FHIR"),
        (Reply(body=b'{"entry":[]}'), NotFhir, "JSON, but no Bundle"),
        (Reply(body=b'{"resourceType":"Patient"}'), NotFhir, "JSON, but no Bundle"),
        (Reply(body=WHOLE.decode().encode("utf-16")), NotFhir, "no FHIR"),
        (Reply(body=b'{"resourceType":"Bundle","entry":[{"resource":{"id":1},'), EndedEarly, "breaks off"),
        (Reply(302, headers={"Location": ""}), Exception, "no address"),
        (Reply(304), NotFhir, "no answer of a FHIR server"),
        (Reply(418), Rejected, "does not take this"),
    ],
)
def test_20_what_is_no_page_is_never_an_empty_page(server, connect, reply, kind, words):
    server.answer = lambda asked: reply
    with pytest.raises(kind, match=words):
        first(connect(patience_s=3))


def test_20_an_outcome_instead_of_a_page_is_a_failure_and_says_why(server, client):
    said = outcome(diagnostics="index\x1b[31m is\nbroken?name=Wang")
    server.say(Reply(body=json.dumps(said).encode()))
    with pytest.raises(Rejected, match=r"The server says error/processing: index \[31m is broken\. "):
        first(client)


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("Resource Patient/p-1.7 is not known", "Resource Patient/… is not known"),
        ("HAPI-0389: no ResearchSubject/S1/_history/2", "HAPI-0389: no ResearchSubject/…/_history/2"),
        ("hospital number QFS2026014", "hospital number QFS…"),
        ("8f14e45f-ceea-467f-a0e6-1b2c3d4e5f60 is gone", "… is gone"),
        (
            "read http://fhir.example/fhir/metadata, version 4.0.1",
            "read http://fhir.example/fhir/metadata, version 4.0.1",
        ),
    ],
)
def test_what_a_server_says_names_nobody(server, client, said, shown):
    server.say(Reply(400, json.dumps(outcome(diagnostics=said)).encode()))
    with pytest.raises(Rejected) as caught:
        first(client)
    assert str(caught.value.issues[0]) == f"error/processing: {shown}"


def test_a_length_that_lies_is_no_whole_body(server, connect):
    server.answer = lambda asked: Reply(body=WHOLE, length=len(WHOLE) + 10, cut=len(WHOLE))
    with pytest.raises(EndedEarly, match="ended early"):
        first(connect(patience_s=3))


def test_a_connection_reset_is_tried_again(server, client):
    server.say(Reply(reset=True), Reply(reset=True), page(1))
    assert len(first(client).entries) == 1
    server.answer = lambda asked: Reply(reset=True)
    with pytest.raises(Unreachable, match="cannot be reached"):
        first(client)


def test_nobody_there_is_a_temporary_fault(server, connect):
    server.close()
    with pytest.raises(Unreachable, match="connection refused") as caught:
        first(connect(patience_s=5))
    assert isinstance(caught.value, Temporary) and caught.value.exit_code == 12


@pytest.mark.parametrize(
    "reply",
    [
        page(1, drip=0.02),
        page(1, drip_head=0.02),
        Reply(body=WHOLE, framing="close", drip=0.02),
        page(1, stall=1.5),
    ],
    ids=["body", "head", "body without length", "silence"],
)
def test_14_what_drips_is_cut_off_at_the_deadline(server, connect, reply):
    server.answer = lambda asked: reply
    started = time.monotonic()
    with pytest.raises(TimedOut):
        first(connect(patience_s=0.5, deadline_s=0.5))
    assert time.monotonic() - started < 0.9


def test_14_a_body_that_drips_is_given_up_long_before_the_deadline(server, connect, timepiece):
    """Each byte comes in time and the deadline is far: only the rate tells."""
    server.answer = lambda asked: page(1, drip=0.01)
    client = connect(patience_s=1, deadline_s=60, stretch_s=0.3, least_bytes_s=1000)
    with pytest.raises(TimedOut, match=r"drips \(\d+ bytes a second\) and was given up"):
        first(client)


def test_14_a_slow_body_that_keeps_the_least_rate_is_read_to_its_end(server, connect):
    server.answer = lambda asked: page(1, drip=0.005)
    assert len(first(connect(stretch_s=0.1, least_bytes_s=20)).entries) == 1


def test_14_a_silent_server_is_left_after_the_idle_time(server, connect):
    server.answer = lambda asked: page(1, stall=1.5)
    with pytest.raises(TimedOut, match="does not answer"):
        first(connect(patience_s=0.5, idle_s=0.3))


def test_a_stop_ends_a_request_at_once(server, connect):
    stop = threading.Event()
    server.answer = lambda asked: page(1, stall=2)
    threading.Timer(0.2, stop.set).start()
    started = time.monotonic()
    with pytest.raises(Stopped):
        first(connect(stop=stop))
    assert time.monotonic() - started < 0.9
    with pytest.raises(Stopped):
        first(connect(stop=stop))
