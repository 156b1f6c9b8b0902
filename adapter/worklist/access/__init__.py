"""Who may see and do what: users, passwords, sessions, and the gate in front of every page."""
