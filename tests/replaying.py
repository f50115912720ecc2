"""Histories of rotations: replayed, and kept as a file."""

import gzip
import json
import re
from pathlib import Path

from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer

from engine.plugin import RotatorPlugin
from tests.signing import SIGNING
from workflows.rotate_site import RotateSite


async def replay(history: WorkflowHistory) -> None:
    """Run the workflow over its history, as a worker of ours would.

    Raises:
        NondeterminismError: when it would go another way.
    """
    await Replayer(workflows=[RotateSite], plugins=[RotatorPlugin(signing=SIGNING)]).replay_workflow(history)


def save(history: WorkflowHistory, path: Path) -> None:
    """Keep a history, one event a line and without the names of processes and machines."""
    events = history.to_json_dict()["events"]
    lines = ",\n".join(re.sub(r'"\d+@[^"]*"', '"a process"', json.dumps(each)) for each in events)
    path.write_bytes(gzip.compress(f'{{"events": [\n{lines}\n]}}\n'.encode(), mtime=0))


def kept(path: Path) -> WorkflowHistory:
    """A history that was kept, under the id of its workflow: what it holds is signed for that."""
    text = gzip.decompress(path.read_bytes()).decode()
    started = json.loads(text)["events"][0]["workflowExecutionStartedEventAttributes"]
    return WorkflowHistory.from_json(started["workflowId"], text)


def name(path: Path) -> str:
    """What a kept history is called."""
    return path.name.removesuffix(".json.gz")
