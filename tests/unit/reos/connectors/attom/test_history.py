import pytest

from reos.connectors.attom.history import with_last_sale

NOT_SALES = ("NOMINAL", "QUIT CLAIM")


def transfer(day, amount=None, kind="Resale", part="amount"):
    return {"saleTransDate": day, part: {"saleamt": amount, "saletranstype": kind}}


def chosen(*transfers):
    return with_last_sale({"salehistory": list(transfers)}, NOT_SALES)["sale"]["saleTransDate"]


def test_the_newest_transfer_counts_whatever_the_order():
    assert chosen(transfer("2004-03-01", 1), transfer("2018-5-10", 2), transfer("2011-01-01", 3)) == "2018-5-10"


@pytest.mark.parametrize("part", ["amount", "saleAmountData"])
def test_a_deed_that_is_no_sale_does_not_count(part):
    gift = transfer("2021-06-28", 0, "Nominal/Quit Claim", part)
    assert chosen(gift, transfer("2018-05-10", 415_000, part=part)) == "2018-05-10"


def test_where_no_transfer_is_a_sale_the_newest_counts():
    gifts = [transfer(f"{year}-01-01", 0, "Nominal/Quit Claim") for year in (2001, 2020, 2010)]
    assert chosen(*gifts) == "2020-01-01"


def test_of_two_on_one_day_the_one_with_a_price_counts():
    found = with_last_sale({"saleHistory": [transfer("2020-01-01", 0), transfer("2020-01-01", 5)]}, NOT_SALES)
    assert found["sale"]["amount"]["saleamt"] == 5


def test_the_days_of_search_and_record_stand_in_for_the_day_of_sale():
    by_record = {"amount": {"saleRecDate": "2022-01-01", "saleamt": 7}}
    by_search = {"saleSearchDate": "2021-01-01", "amount": {"saleamt": 6}}
    assert with_last_sale({"salehistory": [by_search, by_record]}, NOT_SALES)["sale"] == by_record


def test_a_history_replaces_a_single_sale():
    body = {"Sale": {"saleTransDate": "1990-01-01"}, "salehistory": [transfer("1991-01-01")]}
    assert list(with_last_sale(body, NOT_SALES)) == ["sale"]


@pytest.mark.parametrize("history", [[], None, {}, "none", [None, 3], [[]]])
def test_a_history_without_transfers_changes_nothing(history):
    body = {"lot": {}, "salehistory": history}
    found = with_last_sale(body, NOT_SALES)
    assert found is body or found["sale"] == {}
