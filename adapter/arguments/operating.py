"""The commands of a hospital's daily work."""

from __future__ import annotations

from pathlib import Path

from adapter.arguments.options import Commands, command_of, configured, day_of, shared, summed_up


def run(commands: Commands) -> None:
    """What `run` takes."""
    command = command_of(
        commands,
        "run",
        "one full run: pull, judge, record, write back, alert",
        "trial-adapter run --config config/adapter.toml",
    )
    command.add_argument("--as-of", type=day_of, metavar="DATE", help="the index date, YYYY-MM-DD (default: today)")
    command.add_argument("--dry-run", action="store_true", help="nothing leaves and no decision is recorded")
    command.add_argument("--full", action="store_true", help="read all anew; what is gone at the server leaves")
    accept = "what fell by more than a fifth at once did so in truth: let it go"
    command.add_argument("--accept-fall", action="store_true", help=accept)
    tell = "only send what waits, a digest whose hour has come, say: pull and judge nobody"
    command.add_argument("--only-tell", action="store_true", help=tell)
    command.add_argument("--json", action="store_true", help="the run report on standard output")
    command.add_argument("--quiet", action="store_true", help="say nothing where all is fine: cron mails what is said")
    summed_up(command)
    shared(command)


def check(commands: Commands) -> None:
    """What `check` takes."""
    command = command_of(
        commands,
        "check",
        "is this hospital ready? one line per finding, with what to do",
        "trial-adapter check --config config/adapter.toml",
    )
    command.add_argument("--json", action="store_true", help="all findings as one JSON object")
    command.add_argument(
        "--write-probe",
        metavar="Patient/ID",
        help="try a write about this test patient: a ResearchSubject marked as a test is made, changed and taken away",
    )
    shared(command)


def serve(commands: Commands) -> None:
    """What `serve` takes."""
    command = command_of(
        commands,
        "serve",
        "the service: runs at the times set, and the investigators' page",
        "trial-adapter serve --config config/adapter.toml",
    )
    configured(command)


def aside(commands: Commands) -> None:
    """What `aside` takes."""
    command = command_of(
        commands,
        "aside",
        "mark one fact of a patient as not to be used, or list what is marked",
        'trial-adapter aside S-0001 --fact Observation/o7 --reason "haemolysed" --author "Dr Wang" --until 2026-06-30',
    )
    command.add_argument("patient", metavar="PATIENT", help="an id, with or without Patient/, or a screening number")
    command.add_argument(
        "--fact", metavar="RESOURCE", help="the resource, as explain names it (default: list what is marked)"
    )
    command.add_argument("--item", metavar="ITEM", help="which part of it, where it has several")
    command.add_argument("--reason", metavar="TEXT", help="why; people will read it")
    command.add_argument("--author", metavar="NAME", help="who says so")
    command.add_argument(
        "--until", type=day_of, metavar="DATE", help="the last day on which it holds (default: no end)"
    )
    command.add_argument("--lift", action="store_true", help="give it back: it is used again from the next run on")
    command.add_argument("--lang", choices=("en", "zh"), default="en", help="the language of the sentences")
    shared(command)


def demo(commands: Commands) -> None:
    """What `demo` takes."""
    command = command_of(
        commands, "demo", "a sandbox hospital, one run over HTTP, and what it told", "trial-adapter demo --once"
    )
    command.add_argument(
        "--study", metavar="ID|PATH", help="whose cases are shown (default: the first that is shipped)"
    )
    command.add_argument("--folder", type=Path, default=Path("var"), metavar="FOLDER", help="where its database goes")
    command.add_argument("--once", action="store_true", help="end after the run")


def export(commands: Commands) -> None:
    """What `export` takes."""
    command = command_of(
        commands,
        "export",
        "the screening log, the decisions and the study variables as CSV and Parquet, with a data dictionary",
        "trial-adapter export --out exports/2026-03",
    )
    command.add_argument("--out", type=Path, required=True, metavar="FOLDER", help="where the files go")
    command.add_argument(
        "--history", action="store_true", help="every decision on record (default: each patient's last)"
    )
    command.add_argument("--identified", action="store_true", help="with the hospital's ids; needs --author")
    command.add_argument("--author", metavar="NAME", help="who takes the ids out")
    shared(command)


def key(commands: Commands) -> None:
    """What `key` takes."""
    command = command_of(
        commands, "key", "the key that a SMART sign-in is signed with, and what to register of it",
        "trial-adapter key new secrets/fhir-key.pem",
    )  # fmt: skip
    command.add_argument(
        "action", choices=("new", "show"), metavar="new|show", help="make one and show it, or show one: the public half"
    )
    command.add_argument("file", type=Path, metavar="FILE", help="PEM, JWK or JWKS; a new one is PEM, mode 0600")
    command.add_argument(
        "--kind", choices=("ec", "rsa"), default="ec", help="ec signs by ES384 (default), rsa by RS384"
    )
    command.add_argument("--key-id", metavar="ID", help="as [fhir.auth] key_id: which one of several, or its name")


def user(commands: Commands) -> None:
    """What `user` takes."""
    command = command_of(
        commands, "user", "who may sign in to the investigators' page",
        "trial-adapter user add wang --role investigator --password-file secrets/wang",
    )  # fmt: skip
    command.add_argument("action", choices=("add", "list", "disable"), metavar="add|list|disable", help="what to do")
    command.add_argument("name", nargs="?", metavar="NAME", help="the user")
    roles = ("investigator", "coordinator", "monitor", "it")
    command.add_argument("--role", choices=roles, metavar="ROLE", help=f"in the study: {', '.join(roles)}")
    command.add_argument("--password-file", type=Path, metavar="FILE", help="holds the password; mode 0600")
    command.add_argument("--no-password", action="store_true", help="a new user by the hospital's own sign-in alone")
    command.add_argument("--study", metavar="ID", help="the study of the role (default: that of the settings)")
    configured(command)
