"""The store keeps code objects under keys that name everything that the code was made of."""

from __future__ import annotations

import os

import pytest
from fastest_runner.imports.bytecode_store import BytecodeStore

KEY = "ab" + "0" * 38


def code(text="value = 1"):
    return compile(text, "a.py", "exec")


def files(folder):
    return sorted(path for path in folder.rglob("*") if path.is_file() and path.name != "pruned")


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "store"


def test_what_was_put_there_is_found_by_others(folder):
    store = BytecodeStore(str(folder))
    assert store.get(KEY) is None
    assert not store.has(KEY)
    store.put(KEY, code())
    other = BytecodeStore(str(folder))
    assert other.has(KEY)
    assert other.get(KEY) == code()
    assert other.get("ab" + "1" * 38) is None
    assert folder.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("damage", [lambda data: data[:-1], lambda data: b"", lambda data: data[:-1] + b"\1"])
def test_what_is_damaged_is_missing(folder, damage):
    store = BytecodeStore(str(folder))
    store.put(KEY, code("value = 'x'"))
    (file,) = files(folder)
    file.write_bytes(damage(file.read_bytes()))
    assert store.get(KEY) is None
    store.put(KEY, code("value = 'x'"))
    assert store.get(KEY) == code("value = 'x'")


def test_a_folder_that_others_may_write_to_is_not_used(folder):
    folder.mkdir()
    folder.chmod(0o777)
    store = BytecodeStore(str(folder))
    store.put(KEY, code())
    assert files(folder) == []
    assert store.get(KEY) is None


def test_no_folder_can_be_made(tmp_path):
    (tmp_path / "file").write_text("")
    store = BytecodeStore(str(tmp_path / "file" / "store"))
    store.put(KEY, code())
    assert store.get(KEY) is None
    store.prune()


def test_to_be_read_only(folder):
    store = BytecodeStore(str(folder), read_only=True)
    store.put(KEY, code())
    assert not folder.exists()
    BytecodeStore(str(folder)).put(KEY, code())
    assert BytecodeStore(str(folder), read_only=True).get(KEY) == code()


def test_what_was_used_least_lately_goes_first(folder):
    store = BytecodeStore(str(folder), limit_bytes=1_000_000)
    keys = [f"{number:040x}" for number in range(4)]
    for number, key in enumerate(keys):
        store.put(key, code())
        os.utime(folder / key[:2] / key[2:], (100 + number, 100 + number))
    (size,) = {file.stat().st_size for file in files(folder)}
    store.get(keys[0])
    # The limit is the size of three, and pruning leaves four fifths of the limit.
    small = BytecodeStore(str(folder), limit_bytes=3 * size)
    small.prune(now=1000)
    assert len(files(folder)) == 4, "it has written nothing"
    small.put(keys[3], code())
    small.prune(now=1000)
    assert [store.has(key) for key in keys] == [True, False, False, True]
    # The folder is not pruned twice within a day.
    smaller = BytecodeStore(str(folder), limit_bytes=1)
    smaller.put(keys[2], code())
    smaller.prune(now=1000 + 3600)
    assert len(files(folder)) == 3
    smaller.prune(now=1000 + 25 * 3600)
    assert files(folder) == []
