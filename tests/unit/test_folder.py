"""The folder source gives every whole resource, names what it could not read, and takes no cut file for whole."""

import gzip
import json
import time
from pathlib import Path

import pytest

from adapter.errors import SourceError
from adapter.facts.decode import MAX_BYTES
from adapter.sources.base import Broken, Ending, Resource
from adapter.sources.folder import FolderSource


def line(kind: str, number: int) -> bytes:
    return json.dumps(
        {"resourceType": kind, "id": f"{kind[0]}{number}", "subject": {"reference": "Patient/p"}}
    ).encode()


def bundle(*resources: bytes) -> bytes:
    return b'{"resourceType":"Bundle","entry":[%b]}' % b",".join(b'{"resource":%b}' % raw for raw in resources)


OBSERVATIONS = [line("Observation", number) for number in range(2000)]


def read(folder: Path):
    started = time.monotonic()
    source = FolderSource(folder)
    pieces = list(source.pieces())
    assert time.monotonic() - started < 5
    resources = [piece.raw for piece in pieces if isinstance(piece, Resource)]
    return source, resources, [piece for piece in pieces if isinstance(piece, Broken)]


def read_one(folder: Path, content: bytes, name: str = "x.ndjson"):
    (folder / name).write_bytes(content)
    return read(folder)


def test_lines_bundles_and_single_resources_are_read_whatever_the_names(tmp_path):
    deep = tmp_path / "a" / "b"
    deep.mkdir(parents=True)
    (deep / "1.ndjson").write_bytes(b"\n".join(OBSERVATIONS[:3]))
    (deep / "2.NDJSON.gz").write_bytes(gzip.compress(OBSERVATIONS[3] + b"\n"))
    (tmp_path / "patient.json").write_bytes(b'\xef\xbb\xbf{\n "resourceType": "Patient", "id": "p"\n}\n')
    (tmp_path / "b.json").write_bytes(bundle(OBSERVATIONS[4], bundle(OBSERVATIONS[5], bundle(OBSERVATIONS[6]))))
    (tmp_path / "b.json.gz").write_bytes(gzip.compress(bundle(OBSERVATIONS[7])))
    (tmp_path / "bundles.ndjson").write_bytes(bundle(OBSERVATIONS[8]) + b"\n" + OBSERVATIONS[9])
    source, resources, broken = read(tmp_path)
    assert {json.loads(raw)["id"] for raw in resources} == {f"O{number}" for number in range(10)} | {"p"}
    assert (broken, source.incomplete, source.report.resources) == ([], (), 11)


def test_one_big_bundle_is_split(tmp_path):
    _, resources, broken = read_one(tmp_path, bundle(*OBSERVATIONS), "everything.json")
    assert (sorted(resources), broken) == (sorted(OBSERVATIONS), [])


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\n\n \r\n"])
@pytest.mark.parametrize("start", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("zipped", [False, True])
def test_line_ends_blank_lines_and_byte_order_marks_change_nothing(tmp_path, end, start, zipped):
    content = start + end.join(OBSERVATIONS[:5])
    source, resources, broken = read_one(tmp_path, gzip.compress(content) if zipped else content)
    assert [json.loads(raw.removeprefix(start)) for raw in resources] == [json.loads(raw) for raw in OBSERVATIONS[:5]]
    assert (broken, source.report.named(Ending.READ)) == ([], ["x.ndjson"])


def test_a_line_that_is_no_json_may_belong_to_anybody(tmp_path):
    content = b"\n".join([OBSERVATIONS[0], b'{"resourceType":"Condition","id', b"%PDF", line("Procedure", 1)])
    source, resources, broken = read_one(tmp_path, content)
    assert resources == [OBSERVATIONS[0], line("Procedure", 1)]
    assert [(piece.line, piece.reason) for piece in broken] == [(2, "not-json"), (3, "not-json")]
    assert source.incomplete == ("Condition", "Observation", "Procedure")
    assert source.report.named(Ending.BROKEN) == ["x.ndjson"]


def test_a_broken_file_of_which_nothing_could_be_read_may_hold_any_type(tmp_path):
    (tmp_path / "good.ndjson").write_bytes(OBSERVATIONS[0])
    source, _, broken = read_one(tmp_path, b"%PDF-1.4")
    assert (source.incomplete, [piece.reason for piece in broken]) == (("*",), ["not-json"])


@pytest.mark.parametrize(
    "odd",
    [
        b'{"resourceType":"Observation","subject":{"reference":"Patient/p"},"x":'
        + b"[" * 200_000
        + b"]" * 200_000
        + b"}",
        b'{"resourceType":"Observation","id":"o","subject":{"reference":"Patient/p"},"x":"\xff"}',
        b'{"resourceType":"Observation","id":"o","x":1e999999}',
        rb'{"resourceType":"Observation","id":"\ud800"}',
        b'{"resourceType":7}',
        b"[]",
        b"null",
    ],
    ids=lambda odd: odd[:70].decode("latin-1"),
)
@pytest.mark.parametrize("name", ["x.ndjson", "x.json"])
def test_an_odd_resource_costs_nobody_else_anything(tmp_path, odd, name):
    content = bundle(*OBSERVATIONS[:9], odd, OBSERVATIONS[9])
    source, resources, broken = read_one(
        tmp_path, content if name == "x.json" else b"\n".join([*OBSERVATIONS[:9], odd, OBSERVATIONS[9]]), name
    )
    assert (resources, broken, source.incomplete) == ([*OBSERVATIONS[:9], odd, OBSERVATIONS[9]], [], ())


def test_an_unreadable_resource_without_an_owner_may_belong_to_anybody(tmp_path):
    source, _, broken = read_one(tmp_path, OBSERVATIONS[0] + b'\n{"resourceType":"Condition","x":"\xff","subject":7}')
    assert [piece.reason for piece in broken] == ["not-utf8"]
    assert source.incomplete == ("Condition", "Observation")


def test_a_line_beyond_all_measure_is_not_kept(tmp_path):
    content = b"\n".join([OBSERVATIONS[0], b'{"x":"' + b"y" * (MAX_BYTES + 5_000_000) + b'"}', OBSERVATIONS[1]])
    source, resources, broken = read_one(tmp_path, content)
    assert resources == OBSERVATIONS[:2]
    assert broken == [Broken("x.ndjson", 2, "too-large", ("Observation",))]
    assert source.incomplete == ("Observation",)


ZIPPED = gzip.compress(b"\n".join(OBSERVATIONS) + b"\n", mtime=0)


@pytest.mark.parametrize("cut", [0, 1, 2, 9, 40, 1000, 5000, len(ZIPPED) // 2, -2000, -100, -9, -8, -4, -1])
def test_a_cut_zip_gives_all_whole_lines_and_says_that_it_was_cut(tmp_path, cut):
    (tmp_path / "good.ndjson").write_bytes(line("Condition", 1))
    part = ZIPPED[:cut]
    source, resources, broken = read_one(tmp_path, part, "x.ndjson.gz")
    unzipped = gzip.zlib.decompressobj(31).decompress(part) if part else b""
    assert resources[1:] in (unzipped.split(b"\n")[:-1], [raw for raw in unzipped.split(b"\n") if raw.endswith(b"}}")])
    assert [piece.reason for piece in broken] == ["ended-early"]
    assert source.incomplete == (("Observation",) if len(resources) > 1 else ("*",))
    assert source.report.named(Ending.ENDED_EARLY) == ["x.ndjson.gz"]


def test_many_members_and_padding_are_one_file(tmp_path):
    content = b"".join(gzip.compress(raw + b"\n") for raw in OBSERVATIONS[:50]) + b"\0" * 200_000
    source, resources, broken = read_one(tmp_path, content, "x.ndjson.gz")
    assert (resources, broken, source.incomplete) == (OBSERVATIONS[:50], [], ())


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (ZIPPED + b"garbage", "trailing-garbage"),
        (ZIPPED + gzip.compress(OBSERVATIONS[0])[:-3], "ended-early"),
        (ZIPPED[:-8] + b"12345678", "damaged"),
        (ZIPPED[:500] + b"\xff" * 500 + ZIPPED[1000:], "damaged"),
    ],
)
def test_a_zip_that_does_not_end_well_is_named(tmp_path, content, reason):
    (tmp_path / "good.ndjson").write_bytes(OBSERVATIONS[0])
    source, _, broken = read_one(tmp_path, content, "x.ndjson.gz")
    assert [piece.reason for piece in broken] == [reason]
    assert source.incomplete


def test_a_cut_bundle_gives_its_whole_entries_and_may_have_held_any_type(tmp_path):
    source, resources, broken = read_one(tmp_path, bundle(*OBSERVATIONS[:3])[:-40], "x.json")
    assert resources == OBSERVATIONS[:2]
    assert {piece.reason for piece in broken} == {"not-json"}
    assert source.incomplete == ("*",)


def test_a_bundle_without_a_comma_is_not_taken_for_whole(tmp_path):
    raw = bundle(*OBSERVATIONS[:3]).replace(b"},{", b"} {")
    source, _, _ = read_one(tmp_path, raw, "x.json")
    assert source.incomplete == ("*",)


def test_bundles_in_bundles_without_end_are_refused(tmp_path):
    raw = OBSERVATIONS[0]
    for _ in range(200):
        raw = bundle(raw)
    _, resources, broken = read_one(tmp_path, bundle(raw, OBSERVATIONS[1]), "x.json")
    assert (resources, [piece.reason for piece in broken]) == ([OBSERVATIONS[1]], ["too-deep"])


def test_what_is_no_fhir_is_named(tmp_path):
    for name in ("README.md", ".hidden.ndjson", "package.json"):
        (tmp_path / name).write_text('{"name":"x"}')
    (tmp_path / ".git").mkdir()
    (tmp_path / "gone.ndjson").symlink_to(tmp_path / "nowhere")
    source, _, broken = read_one(tmp_path, OBSERVATIONS[0])
    assert source.report.named(Ending.NOT_FHIR) == ["README.md", "package.json"]
    assert source.report.named(Ending.HIDDEN) == [".git", ".hidden.ndjson"]
    assert [(piece.file, piece.reason) for piece in broken] == [("gone.ndjson", "unreadable")]
    assert source.incomplete == ("*",)


def test_a_link_that_leads_in_a_circle_is_followed_once(tmp_path):
    (tmp_path / "again").symlink_to(tmp_path)
    _, resources, _ = read_one(tmp_path, OBSERVATIONS[0])
    assert resources == [OBSERVATIONS[0]]


def test_a_single_file_may_be_named(tmp_path):
    (tmp_path / "x.ndjson").write_bytes(OBSERVATIONS[0])
    _, resources, _ = read(tmp_path / "x.ndjson")
    assert resources == [OBSERVATIONS[0]]


def test_equal_ids_are_both_given_out(tmp_path):
    _, resources, _ = read_one(tmp_path, b"\n".join([OBSERVATIONS[0]] * 2))
    assert len(resources) == 2


@pytest.mark.parametrize("name", [None, "notes.txt", "package.json", "empty.ndjson", "logs.ndjson"])
def test_a_folder_without_fhir_says_what_to_do(tmp_path, name):
    if name:
        (tmp_path / name).write_text('{"level":"info"}\n' if name != "empty.ndjson" else "")
    with pytest.raises(SourceError, match=r"\*\.ndjson, \*\.ndjson\.gz or \*\.json files") as caught:
        read(tmp_path)
    assert "\n" not in str(caught.value)
    assert caught.value.exit_code == 12


def test_a_folder_that_does_not_exist_says_so(tmp_path):
    with pytest.raises(SourceError, match="there is no such folder"):
        FolderSource(tmp_path / "nowhere").pieces()
    with pytest.raises(SourceError, match="neither a folder nor a file"):
        FolderSource("/dev/null").pieces()
