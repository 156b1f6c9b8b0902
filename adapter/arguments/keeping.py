"""The commands that keep the journal."""

from __future__ import annotations

from pathlib import Path

from adapter.arguments.options import Commands, command_of, configured


def audit(commands: Commands) -> None:
    """What `audit` takes."""
    command = command_of(
        commands,
        "audit",
        "is the journal as it was written? its first entry or row that is not; or its chain as JSON lines",
        "trial-adapter audit verify",
    )
    says = "verify the chain, the rows and the heads noted outside; or write the chain out, one entry a line"
    command.add_argument("action", choices=("verify", "export"), metavar="verify|export", help=says)
    configured(command)


def backup(commands: Commands) -> None:
    """What `backup` takes."""
    command = command_of(
        commands,
        "backup",
        "a copy of the journal and of the adapter's own key, in a new folder; the chart is pulled again",
        "trial-adapter backup backups/2026-03-16",
    )
    command.add_argument("folder", type=Path, metavar="FOLDER", help="the folder to be made")
    configured(command)


def restore(commands: Commands) -> None:
    """What `restore` takes."""
    command = command_of(
        commands,
        "restore",
        "go on from a backup; what is there is kept aside, and nothing is told twice",
        "trial-adapter restore backups/2026-03-16",
    )
    command.add_argument("folder", nargs="?", type=Path, metavar="FOLDER", help="the folder that `backup` made")
    as_it_is = "go on with the database that is there, though it is not the one that was last written"
    command.add_argument("--as-it-is", action="store_true", help=as_it_is)
    configured(command)


def erase(commands: Commands) -> None:
    """What `erase` takes."""
    command = command_of(
        commands,
        "erase",
        "remove a person from the database; that something was decided stays, without them",
        'trial-adapter erase S-0007 --author "Data protection office"',
    )
    command.add_argument("patient", metavar="PATIENT", help="an id, with or without Patient/, or a screening number")
    command.add_argument("--author", required=True, metavar="NAME", help="who has it done; the chain keeps it")
    configured(command)
