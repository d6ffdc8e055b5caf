"""Reference data that all tenants share: address points of public sources, loaded in whole or not at all.

A source is a YAML file in `sources/`: where it is, the columns it must have, and which of them is what. `point` turns
its rows into address points, `staging` collects them beside the data, `checks` decides, `publish` merges.
"""
