"""How the service does: what the last runs came to, what waits, and what has become worse. No patient data."""
