"""The only file that Airflow loads from this folder as a plugin: links in its navigation to our other pages.

It adds no web application: Airflow serves a plugin's endpoints without asking who is calling.
"""

from airflow.plugins_manager import AirflowPlugin

from reos_airflow.links import links


class ReosPlugin(AirflowPlugin):
    """Real Estate OS in Airflow's user interface; a link without `url_route` opens in a tab of its own."""

    name = "reos"
    external_views = [  # noqa: RUF012 - the base class declares an instance variable
        {"name": link.name, "href": link.href, "destination": "nav", "category": "docs"} for link in links()
    ]
