"""Alerts: who is told of which patients, and how. Counts, screening numbers and a link; no patient data."""
