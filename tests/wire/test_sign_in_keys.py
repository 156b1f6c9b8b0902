"""The key file: what may stand in it, who may read it, and that nothing of it is shown (rule S11; fault 12)."""

import json
import logging
import random
import subprocess
import traceback

import pytest
from joserfc.jwk import ECKey, KeySet, OKPKey

from adapter.cli import main
from adapter.errors import SettingsError
from adapter.fhir.auth.keys import jwks, new_key, read_key
from adapter.fhir.errors import Refused
from tests.wire.authority import Guarded
from tests.wire.scripted import page

EC = ECKey.generate_key("P-384")
OLDER, NEWER = ({**ECKey.generate_key("P-384").as_dict(private=True), "kid": kid} for kid in ("older", "newer"))


def openssl(*arguments: str, given: bytes = b"") -> bytes:
    return subprocess.run(["openssl", *arguments], input=given, check=True, capture_output=True).stdout


@pytest.fixture
def kept(tmp_path):
    """Return a file that holds this, for its owner alone."""

    def made(content: bytes | str | dict, mode: int = 0o600):
        file = tmp_path / "key"
        content = json.dumps(content) if isinstance(content, dict) else content
        file.write_bytes(content.encode() if isinstance(content, str) else content)
        file.chmod(mode)
        return file

    return made


@pytest.mark.parametrize(
    ("made", "algorithm"),
    [
        (("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-384"), "ES384"),
        (("ecparam", "-name", "secp384r1", "-genkey"), "ES384"),  # with the curve in a block of its own before it
        (("genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"), "RS384"),
        (("genrsa", "-traditional", "2048"), "RS384"),
    ],
)
def test_a_key_that_openssl_made_is_read(kept, made, algorithm):
    key = read_key(kept(openssl(*made)))
    assert key.algorithm == algorithm
    assert key.id == key.key.thumbprint()


def test_the_name_of_the_settings_is_the_kid(keys):
    assert read_key(keys["ec"], "2026-a").public()["kid"] == "2026-a"


@pytest.mark.parametrize(
    ("content", "key_id", "found"),
    [
        (OLDER, None, "older"),
        ({"keys": [OLDER, NEWER]}, None, "newer"),
        ({"keys": [OLDER, NEWER]}, "older", "older"),
        ({"keys": [OLDER, NEWER | {"use": "enc"}]}, None, "older"),
        ({"keys": [OLDER, NEWER | {"key_ops": ["verify"]}]}, None, "older"),
        ({"keys": [OLDER, NEWER | {"alg": "ES256"}]}, None, "older"),
        ({"keys": [OLDER, EC.as_dict(private=False) | {"kid": "public"}]}, None, "older"),
        ({"keys": [OLDER, OKPKey.generate_key("Ed25519").as_dict(private=True)]}, None, "older"),
        (EC.as_dict(private=True), "named", "named"),
        (EC.as_dict(private=True), None, None),
    ],
)
def test_of_several_keys_the_name_chooses_else_the_last_that_signs(kept, content, key_id, found):
    assert read_key(kept(content), key_id).id == (found or EC.thumbprint())


NO_KEYS = [
    ({"keys": [OLDER, NEWER]}, "oldest", r'holds no private signing key "oldest"\. Name one that it holds'),
    (OLDER, "newer", 'no private signing key "newer"'),
    ({"keys": [EC.as_dict(private=False)]}, None, "holds no private signing key"),
    ({"keys": []}, None, "holds no private signing key"),
    (EC.as_pem(private=False), None, "no key that can be read"),
    (ECKey.generate_key("P-256").as_pem(private=True), None, "EC key on P-256; ES384 needs P-384"),
    (ECKey.generate_key("P-256").as_dict(private=True), None, "EC key on P-256"),
    (openssl("genrsa", "1024"), None, "RSA key of 1024 bits; 2048 are the least"),
    (OKPKey.generate_key("Ed25519").as_pem(private=True), None, "neither RSA nor EC"),
    (EC.as_pem(private=True, password="canary"), None, r"locked with a passphrase.*openssl pkey -in OLD -out NEW"),
    (b"", None, "no key that can be read"),
    (b"\xff\xfe", None, "no key that can be read"),
    (b"[]", None, "no key that can be read"),
    (b"7", None, "no key that can be read"),
    (b'{"keys": 7}', None, "no key that can be read"),
    (b"[" * 50_000, None, "no key that can be read"),
    (
        {"keys": [{"kty": "EC", "crv": "P-384", "x": "AA", "y": "AA", "d": "canary"}]},
        None,
        "no key that can be read",
    ),
    (OLDER | {"d": NEWER["d"]}, None, "no key that can be read"),
]


@pytest.mark.parametrize(("content", "key_id", "says"), NO_KEYS, ids=range(len(NO_KEYS)))  # random bytes name no test
def test_s11_what_is_no_key_for_this_is_a_setting(kept, content, key_id, says):
    with pytest.raises(SettingsError, match=says) as caught:
        read_key(kept(content), key_id)
    assert str(caught.value).startswith("[fhir.auth] key_file: ")
    assert "canary" not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o660, 0o644, 0o610])
def test_s11_a_key_that_others_may_read_is_refused(kept, mode):
    with pytest.raises(SettingsError, match=rf"others may read .* \(mode {mode:04o}\)\. Run: chmod 600 "):
        read_key(kept(EC.as_pem(private=True), mode))


@pytest.mark.parametrize("mode", [0o600, 0o400])
def test_s11_one_that_its_owner_alone_may_read_is_fine(kept, mode):
    assert read_key(kept(EC.as_pem(private=True), mode)).id == EC.thumbprint()


@pytest.mark.parametrize("name", ["nowhere", ".", "/dev/null"])
def test_s11_a_key_that_is_not_there_is_not_made_in_silence(tmp_path, name):
    with pytest.raises(SettingsError, match=r"^\[fhir\.auth\] key_file: "):
        read_key(tmp_path / name)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("kind", ["ec", "rsa"])
def test_s11_a_file_that_was_damaged_gives_the_same_key_or_none(kept, keys, kind):
    content, chance = keys[kind].read_bytes(), random.Random(11)
    whole, given = read_key(keys[kind]), 0
    for _ in range(150):
        at = chance.randrange(len(content))
        damaged = content[:at] + bytes([chance.randrange(256)]) + content[at + chance.randrange(2) * 5 :]
        try:
            read = read_key(kept(damaged))
        except SettingsError:
            continue
        assert read.key.as_dict(private=True) == whole.key.as_dict(private=True)
        given += 1
    assert given < 75


def secrets_of(file) -> list[str]:
    """The parts of a key that nobody may see, as they would be written."""
    lines = file.read_text().splitlines()[1:-1]
    private = read_key(file).key.as_dict(private=True)
    return [*lines, *(str(private[name]) for name in ("d", "p", "q", "dp", "dq", "qi") if name in private)]


def test_s11_the_key_stands_in_no_message_log_or_answer(server, authority, backend, pulled, key_file, caplog, capsys):
    caplog.set_level(logging.DEBUG)
    Guarded(server, authority, page(1))
    authority.client_id = "somebody-else"
    client = backend(key_file)
    with pytest.raises(Refused) as caught:
        pulled(client)
    assertion = authority.asked[0].body.decode().rpartition("=")[2]
    shown = (
        "".join(traceback.format_exception(caught.value)) + caplog.text + repr(client.server) + repr(client.signing.key)
    )
    shown += repr(vars(client.signing))
    main(["key", "show", str(key_file)])
    shown += "".join(capsys.readouterr()) + str(authority.asked)
    assert [secret for secret in secrets_of(key_file) if secret in shown] == []
    assert assertion not in "".join(traceback.format_exception(caught.value)) + caplog.text


def test_12_a_key_exchanged_while_we_run_is_taken_at_the_next_refusal(
    server, authority, backend, pulled, kept, timepiece
):
    first, second = (new_key(kept("").with_name(name), "ec") for name in ("first", "second"))
    file = kept(first.key.as_pem(private=True))
    Guarded(server, authority, page(1))
    authority.registered = json.loads(jwks(first))
    client = backend(file)
    assert pulled(client) == ["o1"]
    authority.registered = json.loads(jwks(second))
    kept(second.key.as_pem(private=True))
    timepiece.now += 400
    assert pulled(client) == ["o1"]
    assert [header["kid"] for header in authority.headers] == [first.id, second.id]


@pytest.mark.parametrize("kind", ["ec", "rsa"])
def test_key_new_makes_a_key_and_prints_its_public_half(tmp_path, capsys, kind):
    file = tmp_path / "fhir-key.pem"
    assert main(["key", "new", str(file), "--kind", kind]) == 0
    told = capsys.readouterr()
    assert file.stat().st_mode & 0o777 == 0o600
    assert (told.out, "Register" in told.err) == (jwks(read_key(file)) + "\n", True)
    assert [key.is_private for key in KeySet.import_key_set(json.loads(told.out)).keys] == [False]
    assert main(["key", "show", str(file), "--key-id", "mine"]) == 0
    assert json.loads(capsys.readouterr().out)["keys"][0]["kid"] == "mine"
    made = file.read_bytes()
    assert main(["key", "new", str(file)]) == 10
    assert "cannot be made (File exists)" in capsys.readouterr().err
    assert file.read_bytes() == made
