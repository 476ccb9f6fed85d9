"""docs/store.md names every table and column that there is, and no other."""

import re
from pathlib import Path

import pytest
from sqlalchemy import Table

from storage.models import Base

PAGE = (Path(__file__).parent.parent / "docs" / "store.md").read_text(encoding="utf-8")
TABLES = Base.metadata.sorted_tables


def told() -> dict[str, dict[str, str]]:
    """Each table of the page, with its columns and what is said of them."""
    _, *parts = re.split(r"^## `(\w+)`$", PAGE, flags=re.MULTILINE)
    rows = re.compile(r"^\| `(\w+)` \| (.*?)\|$", re.MULTILINE)
    return {name: dict(rows.findall(text)) for name, text in zip(parts[::2], parts[1::2], strict=True)}


def test_every_table_is_documented_and_no_other() -> None:
    assert len(TABLES) > 10
    assert sorted(told()) == sorted(table.name for table in TABLES)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_every_column_is_documented_and_no_other(table: Table) -> None:
    assert sorted(told()[table.name]) == sorted(table.columns.keys())


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_every_column_says_what_it_means(table: Table) -> None:
    assert [name for name, words in told()[table.name].items() if not words.strip()] == []


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_what_may_be_empty_says_so(table: Table) -> None:
    page = told()[table.name]
    assert [c.name for c in table.columns if c.nullable != ("empty" in page[c.name])] == []
