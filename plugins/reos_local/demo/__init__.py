"""`reos demo`: real files in, Airflow at work, and a summary that a person can read."""
