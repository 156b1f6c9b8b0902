"""Keeping what is on record: copies of the journal, the way back from one, and the way out of it for a person."""
