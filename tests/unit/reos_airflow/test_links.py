from reos_airflow.links import Link, links, markdown_links

ENVIRONMENT = {"REOS_PUBLIC_URL": "http://127.0.0.1:8000/", "REOS_DBT_DOCS_URL": "https://docs.example"}


def test_only_pages_that_are_set_are_linked() -> None:
    assert links(ENVIRONMENT) == [
        Link("API reference", "http://127.0.0.1:8000/docs"),
        Link("dbt docs", "https://docs.example"),
    ]


def test_what_is_no_web_address_is_not_linked() -> None:
    assert links({"REOS_WEB_URL": "javascript:alert(1)"}) == []


def test_the_asset_graph_is_always_linked() -> None:
    assert markdown_links({}) == "**Links:** [Asset graph](/assets)"


def test_markdown_lists_every_page() -> None:
    assert markdown_links(ENVIRONMENT).endswith(
        "[API reference](http://127.0.0.1:8000/docs) · [dbt docs](https://docs.example)"
    )
