"""Assertions about mappings and collections."""

import collections
import types


def test_dict():
    assert {"a": 1, "b": 2} == {"a": 1, "b": 3}


def test_dict_keys():
    assert {"a": 1, "b": 2} == {"a": 1, "c": 2}


def test_dict_left_more():
    assert {"a": 1, "b": 2, "c": 3} == {"a": 1}


def test_dict_right_more():
    assert {"a": 1} == {"a": 1, "b": 2, "c": 3}


def test_dict_nested():
    assert {"a": {"b": {"c": [1, 2]}}} == {"a": {"b": {"c": [1, 3]}}}


def test_dict_large():
    assert {i: i for i in range(100)} == {i: i + (i == 50) for i in range(100)}


def test_dict_in():
    assert "z" in {"a": 1}


def test_dict_mixed_keys():
    assert {1: 1, "a": 2, None: 3} == {1: 1, "a": 2, None: 4}


def test_dict_views():
    assert {"a": 1}.keys() == {"b": 1}.keys()


def test_dict_items():
    assert list({"a": 1}.items()) == [("a", 2)]


def test_ordered_dict():
    assert collections.OrderedDict(a=1, b=2) == collections.OrderedDict(b=2, a=1)


def test_default_dict():
    assert collections.defaultdict(int, a=1) == {"a": 2}


def test_counter():
    assert collections.Counter("aab") == collections.Counter("abb")


def test_deque():
    assert collections.deque([1, 2]) == collections.deque([1, 3])


def test_chain_map():
    assert collections.ChainMap({"a": 1}) == {"a": 2}


def test_mapping_proxy():
    assert types.MappingProxyType({"a": 1}) == {"a": 2}


def test_namespace():
    assert types.SimpleNamespace(a=1) == types.SimpleNamespace(a=2)
