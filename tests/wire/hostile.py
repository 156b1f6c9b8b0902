"""Addresses that a server, or somebody in its place, may put into a link; `{home}` is its own host and port."""

from itertools import product
from random import Random

SEED = 20261128
COUNT = 1000

HOSTS = [
    "evil.example",
    "xn--evil.example",
    "{host}:00000{port}",
    "{home}%3A{there}",
    "{there}",
    "{home}.evil.example",
    "{host}.evil.example",
    "{home}@evil.example",
    "{home}@{there}",
    "user:secret@{home}",
    "@{home}",
    ":@{home}",
    "{home}%40{there}",
    "{home}%2e{there}",
    "{home}:80",
    "{host}:1",
    "{host}:{port}1",
    "{home}:{port}",
    "{host}:",
    "{host}",
    "{home}%00.{there}",
    "{home}%0d%0aHost:{there}",
    "localhost:{port}",
    "[::1]:{port}",
    "[::ffff:127.0.0.1]:{port}",
    "2130706433:{port}",
    "0x7f000001:{port}",
    "0177.0.0.1:{port}",
    "127.1:{port}",
    "127.0.0.1.:{port}",
    "127.0.0.01:{port}",
    "127.0.0.2:{port}",
    "127。0。0。1:{port}",
    "１２７.0.0.1:{port}",
    "{host}:-{port}",
    "{host}:+{port}",
    "{host}: {port}",
    "{host}:{port}x",
    "{host}:99999999",
    "{host}:٣",
    "",
    "/",
    "еvil.example",
    "evil.example\\@{home}",
    "evil.example#@{home}",
    "evil.example?@{home}",
    "evil.example%23@{home}",
    "evil.example;@{home}",
    "evil.example,{home}",
    "[{home}]",
    "[evil.example",
    "evil.example]",
    "{there}\t",
    "\t{there}",
]
FRONTS = ["http://", "HTTP://", "//", "https://"]
SCHEMES = [
    "file:///etc/passwd",
    "ftp://{home}/fhir",
    "gopher://{home}/fhir",
    "ws://{home}/fhir",
    "javascript:alert(1)",
    "data:application/json,x",
    "https://{home}/fhir/x",
    "http:{there}/fhir",
    "http:/{there}/fhir",
    "http:///{there}/fhir",
    "http:////{there}/fhir",
    "http:\\\\{there}/fhir",
    "\\\\{there}/fhir",
    "/\\{there}/fhir",
    "\\/{there}/fhir",
    " http://{there}/fhir",
    "\x00http://{there}/fhir",
    "http://{there}/fhir ",
    "ht\ntp://{there}/fhir",
    "http\t://{there}",
    "///{there}/fhir",
    "////{there}/fhir",
    "http://",
    "http://?",
    "http://#",
    "https:",
    "jar:http://{home}/fhir!/",
    "view-source:http://{home}/fhir",
    "unix:/var/run/docker.sock",
    "http+unix://%2fvar%2frun/fhir",
    "mailto:a@{home}",
    "urn:uuid:53fefa32-fcbb-4ff8-8a92-55ee120877b7",
    "blob:http://{home}/fhir",
]
PATHS = [
    "",
    "/",
    "/admin",
    "/fhirx",
    "/fhir.evil/p",
    "/fhir-admin",
    "/FHIR/x",
    "/fhi",
    "/fhir%2f..%2fadmin",
    "/fhir/../admin",
    "/fhir/..",
    "/fhir/.",
    "/fhir/./x",
    "/fhir/x/../../admin",
    "/fhir/%2e%2e/admin",
    "/fhir/%2E%2E/admin",
    "/fhir/.%2e/admin",
    "/fhir/..;/admin",
    "/fhir/..;a=b/admin",
    "/fhir/.;/admin",
    "/fhir/%252e%252e/admin",
    "/fhir/%5c..%5cadmin",
    "/fhir\\..\\admin",
    "/fhir/..%2fadmin",
    "/fhir/..%5cadmin",
    "/fhir/%00",
    "/fhir/%0d%0aX-Evil:%201",
    "/fhir/%0a",
    "/fhir/%7f",
    "/fhir/%",
    "/fhir/%zz",
    "/fhir/%2",
    "/fhir/\u2024\u2024/admin",
    "/fhir/\uff0e\uff0e/admin",
    "/fhir\uff0f..\uff0fadmin",
    "/fhir/%25%32%65",
    "//fhir/x",
    "/./fhir/x",
    "/../fhir/x",
    "/x/../fhir/y",
    "/fhir/x#y",
    "/fhir/x y",
    "/fhir/x\r\nHost: evil",
    "/fhir/x\x00",
    "/fhir/x\x7f",
    "/fhir/\u2028",
    "/fhir/<x>",
    "/fhir/{x}",
    '/fhir/"x"',
    "/fhir/^",
    "/fhir/`x`",
    "/fhir/[x]",
    "/admin?x=/fhir/",
    "/admin?x=http://{home}/fhir",
    "/;/fhir",
    "/fhir;/../admin",
    "/%66hir/x",
]


def addresses(host: str, port: int, there: str) -> list[str]:
    """Return them all; none may be followed by a client of http://host:port/fhir."""
    templates = [front + name + "/fhir/Observation?page=2" for front, name in product(FRONTS, HOSTS)]
    templates += SCHEMES
    templates += ["http://{home}" + path for path in PATHS if path != "/fhir/{x}"] + ["/fhir/" + "x" * 40_000]
    return [_filled(template, host, port, there) for template in templates]


# What may stand behind a host that is not ours: none of it makes the address ours.
TAILS = [
    "",
    "/",
    "/fhir",
    "/fhir/",
    "/fhir?_getpages=1",
    "/fhir/Patient/p1",
    "/fhir/Patient/p1/_history/2",
    "/fhir/Binary/1?token=http://{home}/fhir",
    "?http://{home}/fhir/",
    "/http://{home}/fhir/",
    "/fhir/Observation?page=2&_format=json",
    ":443/fhir",
    ";http://{home}/fhir",
    "/fhir/../fhir/x",
    "/.well-known/smart-configuration",
]
CASES = [str.lower, str.title, str.upper]


def a_thousand(host: str, port: int, there: str) -> list[str]:
    """Return a thousand: all those above, and more of the same kinds by a seed."""
    random, found = Random(SEED), dict.fromkeys(addresses(host, port, there))
    while len(found) < COUNT:
        front, name, tail = random.choice(FRONTS), random.choice(HOSTS), random.choice(TAILS)
        spelled = random.choice(CASES)(front)
        found[_filled(spelled + name + tail, host, port, there)] = None
    return [*found][:COUNT]


def _filled(template: str, host: str, port: int, there: str) -> str:
    home = template.replace("{home}", f"{host}:{port}").replace("{host}", host)
    return home.replace("{port}", str(port)).replace("{there}", there)
