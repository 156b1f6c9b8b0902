"""Settings: one file, the environment over it, and one clear line for every mistake."""

import re
from pathlib import Path

import pytest

from adapter.errors import SettingsError
from adapter.settings import load, secret
from adapter.settings.read import KNOWN

EXAMPLE = Path(__file__).resolve().parents[2] / "config" / "adapter.example.toml"


@pytest.fixture
def written(tmp_path):
    """Give a function that writes a settings file and loads it."""

    def write(text, **environ):
        file = tmp_path / "adapter.toml"
        file.write_text(text, encoding="utf-8")
        return load(file, environ)

    return write


def test_without_a_file_the_defaults_hold(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    settings = load(None, {})
    assert settings.fhir.patience_s == 90
    assert settings.hospital.time_zone == "Asia/Shanghai"
    assert settings.population.ways == ("conditions",)
    assert not settings.outputs.email.enabled


def test_the_default_file_is_read_where_it_exists(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "adapter.toml").write_text('[study]\nid = "x"\n')
    assert load(None, {}).study.id == "x"


@pytest.mark.parametrize("named_by", ["argument", "environment"])
def test_a_named_file_must_be_there(tmp_path, named_by):
    file = tmp_path / "mine.toml"
    arguments = (file, {}) if named_by == "argument" else (None, {"TRIAL_ADAPTER_CONFIG": str(file)})
    with pytest.raises(SettingsError, match=re.escape(str(file))):
        load(*arguments)


def test_the_environment_lies_over_the_file(written):
    settings = written(
        '[fhir]\nbase_url = "https://a.example/r4"\n[fhir.auth]\nkind = "none"\n',
        TRIAL_ADAPTER_FHIR__AUTH__KIND="basic",
        TRIAL_ADAPTER_FHIR__AUTH__PASSWORD="s3cret",
        TRIAL_ADAPTER_FHIR__PATIENCE_S="2.5",
        TRIAL_ADAPTER_POPULATION__WAYS="scan, group",
        TRIAL_ADAPTER_OUTPUTS__EMAIL__ENABLED="true",
        TRIAL_ADAPTER_OUTPUTS__EMAIL__PORT="587",
        TRIAL_ADAPTER_OUTPUTS__EMAIL__FROM="a@example.org",
        TRIAL_ADAPTER_LOG__LEVEL="",
        PATH="/bin",
    )
    assert settings.fhir.base_url == "https://a.example/r4"
    assert settings.fhir.auth.kind == "basic"
    assert settings.fhir.patience_s == 2.5
    assert settings.population.ways == ("scan", "group")
    email = settings.outputs.email
    assert (email.enabled, email.port, email.sender) == (True, 587, "a@example.org")
    assert settings.log.level == "INFO"
    assert secret(settings.fhir.auth.password, None, "fhir.auth.password") == "s3cret"
    assert "s3cret" not in repr(settings)


def test_an_empty_variable_empties_a_list(written):
    text = '[outputs.email]\nto = ["a@example.org"]\n'
    assert written(text, TRIAL_ADAPTER_OUTPUTS__EMAIL__TO="").outputs.email.to == ()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('[fhir]\nbase_ulr = "x"', 'fhir.base_ulr: no such setting. Did you mean "fhir.base_url"?'),
        ("[fihr]\n", 'fihr: no such setting. Did you mean "fhir"?'),
        ('[fhir.auth]\nkind = "smart"', "fhir.auth.kind: expected 'none', 'basic', 'client_secret' or 'smart_backend'"),
        ('[[outputs.email.recipients]]\nadress = "a@x"', 'Did you mean "outputs.email.recipients.address"?'),
        ('[[outputs.email.recipients]]\nlanguage = "en"', "outputs.email.recipients.address: must be set"),
        ('[outputs.email]\nport = "587"', 'outputs.email.port: expected a valid integer, not "587"'),
        ("[outputs.email]\nport = 70000", "outputs.email.port: expected less than or equal to 65535, not 70000"),
        ("[outputs.email]\nenabled = 1", "outputs.email.enabled: expected a valid boolean, not 1"),
        ("[fhir]\npatience_s = inf", "fhir.patience_s: expected a finite number"),
        ("fhir = 3", "fhir: expected a table, not 3"),
        ('[population]\nways = "scan"', "population.ways: expected a list"),
        ('[hospital]\ntime_zone = "Asia/Shangai"', 'no time zone "Asia/Shangai". Did you mean "Asia/Shanghai"?'),
        ('[hospital]\ntime_zone = "../../etc/hosts"', "hospital.time_zone: no time zone"),
        ('[study]\nresearch_study = "123"', "study.research_study: it should match pattern"),
        ("[fhir\n", "not a TOML file"),
    ],
)
def test_a_mistake_is_named_with_file_and_key(written, text, says):
    with pytest.raises(SettingsError) as caught:
        written(text)
    assert says in str(caught.value)
    assert "adapter.toml" in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("TRIAL_ADAPTER_FHIR__BASEURL", "x", 'no such setting. Did you mean "TRIAL_ADAPTER_FHIR__BASE_URL"?'),
        ("TRIAL_ADAPTER_OUTPUTS__EMAIL__PORT", "many", 'expected a valid integer, not "many"'),
        ("TRIAL_ADAPTER_OUTPUTS__EMAIL__ENABLED", "perhaps", 'expected a valid boolean, not "perhaps"'),
        ("TRIAL_ADAPTER_POPULATION__WAYS", "scan,all", "expected 'conditions', 'scan'"),
        ("TRIAL_ADAPTER_STUDY__ID", "\udc80", "holds bytes that are no text"),
        ("TRIAL_ADAPTER_FHIR", "x", "expected a table"),
    ],
)
def test_a_mistake_in_the_environment_names_the_variable(written, name, value, says):
    with pytest.raises(SettingsError, match=f"environment, {name}: ") as caught:
        written("", **{name: value})
    assert says in str(caught.value)


def test_several_mistakes_are_counted_in_one_line(written):
    with pytest.raises(SettingsError, match=r"\(and 1 more\)$"):
        written('[worklist]\nport = 0\n[log]\nlevel = "LOUD"\n')


@pytest.mark.parametrize(
    ("table", "key"),
    [
        ("fhir.auth", "password"),
        ("fhir.auth", "client_secret"),
        ("fhir", "proxy_password"),
        ("outputs.email", "password"),
        ("outputs.webhook", "secret"),
        ("database", "password"),
    ],
)
def test_a_secret_in_the_file_is_refused_and_not_repeated(written, table, key):
    with pytest.raises(SettingsError, match=f"{table}.{key}: a secret does not belong.*{table}.{key}_file") as caught:
        written(f'[{table}]\n{key} = "hunter2"\n')
    assert "hunter2" not in str(caught.value)


def test_a_table_written_as_a_list_is_not_repeated(written):
    with pytest.raises(SettingsError, match=r"fhir\.auth: expected a table") as caught:
        written('[[fhir.auth]]\npassword = "hunter2"\n')
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        '[database]\nurl = "postgresql://adapter:hunter2@db/adapter"',
        '[fhir]\nbase_url = "https://me:hunter2@a.example/r4"',
        '[fhir.auth]\ntoken_url = "https://me:hunter2@a.example/token"',
    ],
)
def test_a_password_in_an_address_is_refused_and_not_repeated(written, text):
    with pytest.raises(SettingsError, match="password does not belong") as caught:
        written(text)
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.8.8.8", "[::1]"])
def test_plain_http_and_mail_in_the_clear_are_fine_on_this_machine(written, host):
    mail = host.strip("[]")
    settings = written(
        f'[fhir]\nbase_url = "http://{host}:8080/fhir"\n[outputs.email]\nhost = "{mail}"\nsecurity = "none"'
    )
    assert settings.fhir.base_url == f"http://{host}:8080/fhir"


@pytest.mark.parametrize(
    "host", ["fhir.example.org", "10.0.0.1", "localhost.example.org", "0.0.0.0", "127.0.0.1.nip.io"]
)
def test_plain_http_and_mail_in_the_clear_are_refused_elsewhere(written, host):
    with pytest.raises(SettingsError, match=r"fhir\.base_url: plain http is for this machine alone"):
        written(f'[fhir]\nbase_url = "http://{host}/fhir"')
    with pytest.raises(SettingsError, match=r'outputs\.email: security "none" is for'):
        written(f'[outputs.email]\nhost = "{host}"\nsecurity = "none"')


@pytest.mark.parametrize("url", ["fhir.example.org", "ftp://a.example", "https://", "", "https://[bad"])
def test_an_address_is_an_address(written, url):
    with pytest.raises(SettingsError, match=r"fhir\.base_url: "):
        written(f'[fhir]\nbase_url = "{url}"')


def test_a_secret_is_read_from_its_file(tmp_path):
    (tmp_path / "password").write_text(" two words \n")
    assert secret(None, tmp_path / "password", "fhir.auth.password") == " two words "


@pytest.mark.parametrize(
    ("file", "says"),
    [(None, "Set fhir.auth.password_file, or TRIAL_ADAPTER_FHIR__AUTH__PASSWORD"), (Path("/nowhere"), "/nowhere")],
)
def test_a_secret_that_is_not_there_is_named(file, says):
    with pytest.raises(SettingsError, match=says):
        secret(None, file, "fhir.auth.password")


def test_the_example_shows_every_setting_and_holds_when_uncommented(written):
    text = re.sub(r"^# (?=[a-z_]+ = |\[\[)", "", EXAMPLE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    settings = written(text)
    shown = set()
    table = ""
    for line in text.splitlines():
        if found := re.match(r"\[+([a-z_.]+)\]", line):
            table = found[1]
            shown.add(table)
        elif found := re.match(r"([a-z_]+) = ", line):
            shown.add(f"{table}.{found[1]}")
    secrets = {"fhir.auth.password", "fhir.auth.client_secret", "fhir.proxy_password"}
    secrets |= {"database.password", "outputs.email.password", "outputs.webhook.secret", "worklist.oidc.client_secret"}
    assert set(KNOWN) - shown - secrets - {"outputs"} == set()
    assert settings.outputs.email.recipients[0].digest == "08:00"


def test_a_file_of_another_system_is_read(tmp_path):
    file = tmp_path / "adapter.toml"
    file.write_bytes('\ufeff[hospital]\r\nname = "山大"\r\n'.encode())
    assert load(file, {}).hospital.name == "山大"
