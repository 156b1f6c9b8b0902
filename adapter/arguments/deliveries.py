"""The command that shows what waits to be delivered."""

from __future__ import annotations

from adapter.arguments.options import Commands, command_of, configured


def deliveries(commands: Commands) -> None:
    """What `deliveries` takes."""
    command = command_of(
        commands,
        "deliveries",
        "what waits to be told to the hospital's record and to people, or never arrived; no patient is named",
        "trial-adapter deliveries --retry 17 --author 'Li, IT'",
    )
    one = command.add_mutually_exclusive_group()
    one.add_argument("--retry", type=int, metavar="ID", help="have one that is dead tried again by the next run")
    one.add_argument("--drop", type=int, metavar="ID", help="close one that is not to be delivered any more")
    command.add_argument("--author", metavar="NAME", help="who says so; it is put on the audit chain")
    configured(command)
