"""What nnU-Net's own environment does: prepare a data set, train, predict.

benchmarks/nnunet.py runs it there, with nnU-Net's three folders in the environment. Fingerprint,
plan, preprocessing, network, loss, sampling, augmentation, optimiser, learning rate's schedule and
prediction are nnU-Net's. Only these differ from ``nnUNetv2_train``:

- The number of steps is fixed beforehand from a timing, and the learning rate falls with every step
  and not with every epoch of 250.
- Nothing is validated on the way: the last weights count, as in nnU-Net.
- Batches are made by the process itself, so that none is made in vain.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import sys
import time
from importlib.metadata import version
from pathlib import Path

import numpy as np
import torch
from nnunetv2.experiment_planning.plan_and_preprocess_api import (
    extract_fingerprints,
    plan_experiments,
    preprocess,
)
from nnunetv2.inference.predict_from_raw_data import nnUNetPredictor
from nnunetv2.run.run_training import get_trainer_from_args
from nnunetv2.training.nnUNetTrainer.nnUNetTrainer import nnUNetTrainer
from torch.utils.flop_counter import FlopCounterMode

sys.path.append(str(Path(__file__).resolve().parents[2]))

from semigda.memory import keep_freed_memory  # noqa: E402

CPU = torch.device("cpu")
MOST_TIMED = 8, 60.0  # steps, or seconds after at least three of them
CHECKPOINT = "checkpoint_final.pth"


def prepare(number: int, configuration: str) -> dict:
    """Fingerprint, plan and preprocessed cases of the data set with this number."""
    extract_fingerprints([number], num_processes=1)
    plan_experiments([number])
    preprocess([number], configurations=[configuration], num_processes=[1])
    return {}


def train(number: int, configuration: str, seed: int, cpu: float, steps: int | None) -> dict:
    """Train on all cases for ``steps``, or as many as fit into ``cpu`` seconds."""
    torch.manual_seed(seed)
    trial = new_trainer(number, configuration, 1)
    a_step, flop = timed(trial)
    chosen = steps or max(1, int(cpu / a_step))
    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)
    trainer = new_trainer(number, configuration, chosen)
    start = time.perf_counter(), sum(os.times()[:4])
    for step in range(chosen):
        trainer.lr_scheduler.step(step)
        trainer.train_step(next(trainer.dataloader_train))
    end = time.perf_counter(), sum(os.times()[:4])
    trainer.save_checkpoint(str(Path(trainer.output_folder, CHECKPOINT)))
    wall, spent = (round(b - a, 2) for a, b in zip(start, end, strict=True))
    plan = trainer.configuration_manager
    return {
        "steps": chosen,
        "a_step": round(a_step, 3),
        "seconds": {"wall": wall, "cpu": spent},
        "patch": [int(side) for side in plan.patch_size],
        "batch": int(trainer.batch_size),
        "tflop": round(flop * chosen / 1e12, 4),
        "parameters": sum(p.numel() for p in trainer.network.parameters()),
        "versions": {name: version(name) for name in ("nnunetv2", "torch")},
    }


def new_trainer(number: int, configuration: str, steps: int) -> nnUNetTrainer:
    """nnU-Net's, ready for a first step, whose epochs are single steps."""
    trainer = get_trainer_from_args(str(number), configuration, "all", device=CPU)
    trainer.num_epochs = steps
    trainer.on_train_start()
    trainer.network.train()
    return trainer


def timed(trainer: nnUNetTrainer) -> tuple[float, int]:
    """CPU seconds of a step, and its operations."""
    with FlopCounterMode(display=False) as counter:
        trainer.train_step(next(trainer.dataloader_train))
    seconds: list[float] = []
    most, limit = MOST_TIMED
    while len(seconds) < most and (len(seconds) < 3 or sum(seconds) < limit):
        start = time.process_time()
        trainer.train_step(next(trainer.dataloader_train))
        seconds.append(time.process_time() - start)
    return statistics.median(seconds), counter.get_total_flops()


def predict(model: str, images: str, out: str) -> dict:
    """Segment every image of a folder, as nnU-Net does: with mirrored copies and overlap."""
    Path(out).mkdir(parents=True, exist_ok=True)
    predictor = nnUNetPredictor(device=CPU, perform_everything_on_device=False, allow_tqdm=False)
    predictor.initialize_from_trained_model_folder(model, ("all",), CHECKPOINT)
    predictor.predict_from_files_sequential(images, out)
    return {}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=["prepare", "train", "predict"])
    parser.add_argument("values", help="JSON: the arguments")
    parser.add_argument("result", type=Path, help="JSON file to write")
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    keep_freed_memory()  # as SemiGDA's own commands do
    do = {"prepare": prepare, "train": train, "predict": predict}[arguments.what]
    arguments.result.write_text(json.dumps(do(**json.loads(arguments.values))))


if __name__ == "__main__":
    main()
