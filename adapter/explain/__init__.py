"""What was decided and why, what would be decided now, and what another study would make of it; nothing is recorded."""
