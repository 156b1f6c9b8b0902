"""The export: screening log, decisions and study variables as CSV and Parquet, with what each column means."""
