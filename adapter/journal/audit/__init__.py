"""The audit chain over the journal, and what holds the database to it from outside."""
