"""What each command of the command line does: takes what was asked, returns the exit code."""
