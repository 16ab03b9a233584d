"""Clusters for tests: rows are run in this process, get lost, or hang."""

import json
import threading

from hello_llm.batch.engines.run_row import run_row
from hello_llm.engine.pace import LostCallError


class Here:
    """Runs rows in this process, once they have been through JSON."""

    keys = "put it there"
    step_s = 0.01

    def __init__(self, *, losses=0, hangs=False):
        self.rows = []
        self.cancelled = threading.Event()
        self.waiting = threading.Event()
        self.losses = losses
        self.hangs = hangs

    def submit(self, row):
        self.rows.append(json.loads(json.dumps(row)))
        return _Call(self, self.rows[-1])


class _Call:
    def __init__(self, cluster, row):
        self.cluster = cluster
        self.row = row

    def wait(self, seconds):
        cluster = self.cluster
        cluster.waiting.set()
        if cluster.losses:
            cluster.losses -= 1
            raise LostCallError("lost", transient=True)
        if cluster.hangs:
            cluster.cancelled.wait(seconds)
            return None
        return json.loads(json.dumps(run_row(self.row)))

    def cancel(self):
        self.cluster.cancelled.set()
