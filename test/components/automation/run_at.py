"""Runs the runbook as a process of its own at a time the test sets: its clock starts there and moves only when it sleeps."""

import importlib.util
import os
import sys
from datetime import datetime, timedelta

spec = importlib.util.spec_from_file_location("rotate_certificates", sys.argv[1])
runbook = importlib.util.module_from_spec(spec)
sys.modules[spec.name] = runbook
spec.loader.exec_module(runbook)

runbook.ARC_TOKENS = os.environ.get("RUNBOOK_ARC_TOKENS", runbook.ARC_TOKENS)
start = datetime.fromisoformat(os.environ["RUNBOOK_NOW"])
slept = [0.0]


def sleep(seconds):
    slept[0] += seconds


code = runbook.main(
    sys.argv[2:],
    runbook.World(now=lambda: start + timedelta(seconds=slept[0]), monotonic=lambda: slept[0], sleep=sleep),
)
print(f"slept {slept[0]:g}", file=sys.stderr)
sys.exit(code)
