import csv
from io import StringIO
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from reos.pipeline.lead_files import open_leads
from reos.pipeline.lead_files.formulas import guard, read_cells, unguard
from reos.pipeline.profiles import load_profile

STARTS = st.sampled_from(["", "=", "+", "-", "@", "\t", "\r", "'", "'=", "''", "''+", '="'])
CELLS = st.builds(lambda start, rest: start + rest, STARTS, st.text())


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_a_cell_that_a_spreadsheet_would_run_gets_an_apostrophe(start: str):
    assert guard(f"{start}1+1") == f"'{start}1+1"
    assert unguard(f"'{start}1+1") == f"{start}1+1"


@pytest.mark.parametrize("text", ["", "12 Main St", "O'Brien", "'t Hooft", "''", "1=1", "\u00e9", "\U0001f3e0"])
def test_every_other_cell_stays_as_it_is(text: str):
    assert guard(text) == text
    assert unguard(text) == text


@given(CELLS)
@example("'=1+1")
@example("''=1+1")
@example('="00123"')
def test_what_leaves_comes_back(text: str):
    assert unguard(guard(text)) == text
    assert not guard(text).startswith(("=", "+", "-", "@", "\t", "\r"))


@given(st.lists(CELLS.filter(lambda text: "\0" not in text), min_size=1, max_size=5))
def test_a_written_row_comes_back_from_its_csv(cells: list[str]):
    out = StringIO(newline="")
    csv.writer(out, quoting=csv.QUOTE_ALL).writerow([guard(cell) for cell in cells])
    assert read_cells(next(csv.reader(StringIO(out.getvalue(), newline="")))) == cells


COLUMNS = ["apn", "address", "owner"]
TEXT = st.builds(lambda start, rest: start + rest, STARTS, st.text(st.characters(exclude_categories=["Cc", "Cs"])))
ROWS = st.lists(st.tuples(TEXT, TEXT, TEXT).filter(any), min_size=1, max_size=5)
FILE_TEXT = st.sampled_from([(mark, encoding) for mark in ",;\t|" for encoding in ("utf-8", "utf-8-sig", "utf-16")])


@given(ROWS, FILE_TEXT)
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_file_of_guarded_cells_is_read_as_what_was_written(
    tmp_path: Path, rows: list[tuple[str, ...]], form: tuple[str, str]
):
    mark, encoding = form
    path = tmp_path / "export.csv"
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.writer(file, delimiter=mark, quoting=csv.QUOTE_ALL)
        writer.writerows([COLUMNS, *([guard(cell) for cell in row] for row in rows)])
    read = list(open_leads(path, load_profile("generic")).rows())
    assert [(row.fault, tuple(row.cells)) for row in read] == [(None, row) for row in rows]


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ('="0123456789"', "0123456789"),
        ('=""', ""),
        ('="', '="'),
        ('="a""b"', '="a""b"'),
        ("=1+1", "=1+1"),
        ("'=1+1", "=1+1"),
        ("plain", "plain"),
    ],
)
def test_a_text_kept_by_a_formula_is_read_as_the_text(cell: str, text: str):
    assert read_cells([cell]) == [text]
