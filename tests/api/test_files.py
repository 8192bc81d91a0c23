"""Files are written whole or not at all, and what is no file is never made one."""

from __future__ import annotations

import os
from pathlib import Path
from threading import Thread

import pytest

from fhir_case.api.files import write_all, write_whole


def test_a_link_stays_a_link_and_the_file_it_leads_to_is_written(tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir()
    target, link = tmp_path / "kept" / "case.yaml", tmp_path / "case.yaml"
    target.write_text("old", encoding="utf-8")
    link.symlink_to(target)
    write_whole(link, "new")
    assert link.is_symlink()
    assert target.read_text(encoding="utf-8") == "new"
    assert [*map(str, (tmp_path / "kept").iterdir())] == [str(target)]


def test_a_pipe_or_device_is_written_into_and_never_replaced(tmp_path: Path) -> None:
    pipe, got = tmp_path / "pipe", []
    os.mkfifo(pipe)
    reader = Thread(target=lambda: got.append(pipe.read_text(encoding="utf-8")))
    reader.start()
    write_whole(pipe, ["a ", "text"])
    reader.join(10)
    assert got == ["a text"]
    assert pipe.is_fifo()
    write_whole(Path(os.devnull), "nothing")
    assert Path(os.devnull).is_char_device()


def test_where_one_of_several_files_cannot_be_written_none_is(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file"):
        write_all({tmp_path / "a": "1", tmp_path / "missing" / "b": "2"})
    assert list(tmp_path.iterdir()) == []
