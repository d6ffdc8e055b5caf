import csv

from reos.address import parse
from reos_local.sandbox.export import export_text
from reos_local.sandbox.mailing import HEADER, mailing_list_text


def rows(homes: int) -> list[dict[str, str]]:
    return list(csv.DictReader(mailing_list_text(1, homes).splitlines()))


def test_the_list_begins_with_homes_of_the_sales_file_and_goes_on_with_others() -> None:
    sold = {row["id"] for row in csv.DictReader(export_text(60, 1).splitlines())}
    head, listed = rows(0), rows(5)
    assert tuple(head[0]) == HEADER
    assert head[0]["apn"].replace("-", "") in sold
    assert listed[: len(head)] == head
    assert len(listed) == len(head) + 5


def test_all_but_the_one_with_a_number_can_be_found_by_their_address() -> None:
    listed = rows(10)[1:]
    read = [parse(row["address"], city=row["city"], state=row["state"], zip_code=row["zip"]) for row in listed]
    assert all(address.is_valid for address in read)


def test_one_street_is_given_without_its_type_and_once_with_another() -> None:
    addresses = [row["address"] for row in rows(0)]
    assert addresses[-1] == f"{addresses[-2]} Pl"


def test_the_list_is_the_same_every_time() -> None:
    assert mailing_list_text(3, 4) == mailing_list_text(3, 4)
