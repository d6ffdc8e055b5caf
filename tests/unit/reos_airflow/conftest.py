import runpy
from pathlib import Path

runpy.run_path(str(Path(__file__).parents[2] / "airflow_home.py"))
