import json
import sys

import pytest
from shop.stock import OutOfStock, Stock


@pytest.fixture(scope="module")
def big_stock():
    """Made once for this module; the tests only look at it."""
    return Stock({f"article {n}": ("1.00", n) for n in range(1000)})


@pytest.mark.parametrize("n", [0, 1, 500, 999])
def test_big_stock(big_stock, n):
    assert big_stock.count(f"article {n}") == n


def test_taking(stock):
    stock.take("apple", 30)
    assert stock.count("apple") == 70


def test_every_test_has_a_stock_of_its_own(stock):
    assert stock.count("apple") == 100


def test_out_of_stock(stock):
    with pytest.raises(OutOfStock, match="3 x cheese wanted, 2 there"):
        stock.take("cheese", 3)


def test_saved_and_loaded(stock, tmp_path):
    stock.take("bread", 1)
    stock.save(tmp_path / "stock.json")
    assert Stock.load(tmp_path / "stock.json").count("bread") == 9


def test_file_is_json(articles_file):
    assert json.loads(articles_file.read_text(encoding="utf-8"))["apple"] == ["0.50", 100]


def test_load_reads_from_the_working_directory(monkeypatch, articles_file):
    monkeypatch.chdir(articles_file.parent)
    assert len(list(articles_file.parent.glob("*.json"))) == 1


@pytest.mark.skipif(sys.platform != "win32", reason="the registry is there on Windows only")
def test_registry():
    raise AssertionError("never runs")


def test_report(stock, capsys):
    print(stock.price("apple"))
    assert capsys.readouterr().out == "0.50\n"
