"""Measures how large the numbers inside the encoder grow, and writes it to encoder_ranges.json:
`python -m bot.components.measure_encoder`, some minutes.

Some numbers are a hundred times larger than all others. Cutting them leaves finer steps to the
rest: the vectors are as near to those of exact numbers, and near neighbours are the better ones.
"""

from __future__ import annotations

import random
import tempfile
from pathlib import Path

import numpy as np
import onnxruntime
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.loading import load_data
from rich.progress import track

from bot.components.encoder_graph import MEASURED, Ranges, build_graph
from bot.components.encoder_packing import packed
from bot.components.encoder_ranges import write_ranges
from bot.components.encoder_weights import Weights, find_weights, read_weights
from bot.components.export_encoder import make_tokenizer, save_beside
from bot.components.scripts import in_our_scripts
from bot.settings import ROOT

EXAMPLES = 400
SEED = 0
LOWEST, HIGHEST = 0.01, 99.99  # percentiles


def measure(weights: Weights, texts: list[str]) -> Ranges:
    """What lies between the percentiles over all tokens of the texts, for each product."""
    tokenizer = make_tokenizer(weights)
    rows = [packed([tokenizer.encode(text).ids]) for text in texts]
    with tempfile.TemporaryDirectory() as folder:
        save_beside(build_graph(weights, measure=True), Path(folder))
        session = onnxruntime.InferenceSession(str(Path(folder) / "model.onnx"))
    names = [o.name for o in session.get_outputs() if o.name.startswith(MEASURED)]
    ranges = {}
    for name in track(names, "measuring"):
        values = np.concatenate([session.run([name], row)[0].ravel() for row in rows])
        lowest, highest = np.percentile(values, [LOWEST, HIGHEST])
        ranges[name.removeprefix(MEASURED)] = (float(lowest), float(highest))
    return ranges


def main() -> None:
    examples = load_data(str(ROOT / "nlu_data" / "nlu")).training_examples
    texts = sorted({message.get(TEXT) for message in examples})
    some = random.Random(SEED).sample(texts, EXAMPLES)
    write_ranges(measure(in_our_scripts(read_weights(find_weights())), some))


if __name__ == "__main__":
    main()
