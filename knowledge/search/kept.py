"""Folders of arrays and texts on disk, written whole or not at all, read without loading them."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Arrays = Mapping[str, NDArray[Any]]


def keep(folder: Path, arrays: Arrays, texts: Mapping[str, object]) -> None:
    """Each array as a file of its own, each of `texts` as JSON; a folder that is there stays."""
    draft = folder.with_name(f".{folder.name}.{os.getpid()}")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    for name, array in arrays.items():
        np.save(draft / f"{name}.npy", array)
    for name, content in texts.items():
        (draft / f"{name}.json").write_text(json.dumps(content, ensure_ascii=False), "utf-8")
    try:
        draft.rename(folder)
    except OSError:  # somebody else was faster; the content is the same
        shutil.rmtree(draft)


def array(folder: Path, name: str) -> NDArray[Any]:
    """Mapped: only what is looked at comes into memory, and processes share it."""
    return np.asarray(np.load(folder / f"{name}.npy", mmap_mode="r"))


def text(folder: Path, name: str) -> Any:
    return json.loads((folder / f"{name}.json").read_text("utf-8"))
