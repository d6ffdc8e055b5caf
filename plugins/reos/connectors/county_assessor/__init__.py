"""County assessor rolls: one ArcGIS driver, one YAML field map a county. See README.md beside this file."""
