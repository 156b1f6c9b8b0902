"""The commands that keep the journal."""

from __future__ import annotations

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
