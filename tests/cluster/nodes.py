"""Nodes of Ray: processes of this machine that know each other only by their addresses."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

RAY = Path(sys.executable).with_name("ray")
_SMALL = ("--num-cpus=1", f"--object-store-memory={80 * 2**20}", "--disable-usage-stats")
_HEAD_ONLY = ("--head", "--include-dashboard=false")


class Nodes:
    """A cluster; each node is a process group."""

    def __init__(self) -> None:
        """Start with no node."""
        self._groups: list[subprocess.Popen[bytes]] = []
        self.port = _free_port()
        self.client_port = _free_port()

    @property
    def address(self) -> str:
        """The address for programs on the machines of the cluster."""
        return f"127.0.0.1:{self.port}"

    @property
    def client_address(self) -> str:
        """The address for programs elsewhere."""
        return f"ray://127.0.0.1:{self.client_port}"

    def start(self) -> int:
        """Start a node, the first one as the head; return its number."""
        if self._groups:
            ports: tuple[str, ...] = (f"--address={self.address}",)
        else:
            ports = (
                *_HEAD_ONLY,
                f"--port={self.port}",
                f"--ray-client-server-port={self.client_port}",
            )
        node = subprocess.Popen(
            [RAY, "start", "--block", *ports, *_SMALL],
            start_new_session=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self._groups.append(node)
        return len(self._groups) - 1

    def wait(self, count: int) -> None:
        """Wait until so many nodes have joined, and clients can connect."""
        wait_for = f"""
import os, socket, time
while True:
    try:
        socket.create_connection(("127.0.0.1", {self.client_port})).close()
        break
    except OSError:
        time.sleep(0.1)
import ray
ray.init("{self.address}", log_to_driver=False)
while sum(node["Alive"] for node in ray.nodes()) < {count}:
    time.sleep(0.1)
# The first node places actors, and knows of the others a little later.
from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy
hello = ray.remote(lambda: ray.get_runtime_context().get_node_id())
while True:
    asked = [node["NodeID"] for node in ray.nodes()]
    strategies = [NodeAffinitySchedulingStrategy(node, soft=True) for node in asked]
    if ray.get([hello.options(scheduling_strategy=one).remote() for one in strategies]) == asked:
        break
"""
        subprocess.run(
            [sys.executable, "-c", wait_for], check=True, capture_output=True, timeout=120
        )

    def kill(self, number: int) -> None:
        """Kill all processes of a node at once, as a machine that loses its power does."""
        node = self._groups[number]
        for pid in _below(node.pid):
            with suppress(ProcessLookupError):  # the raylet ends its workers itself
                os.kill(pid, signal.SIGKILL)
        node.wait()

    def close(self) -> None:
        """Kill every node."""
        for number, node in enumerate(self._groups):
            if node.poll() is None:
                self.kill(number)


@contextmanager
def nodes() -> Iterator[Nodes]:
    """Yield a cluster without any node."""
    found = Nodes()
    try:
        yield found
    finally:
        found.close()


def _below(pid: int) -> list[int]:
    """Return a process and all below it."""
    children: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(stat.read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
        children.setdefault(parent, []).append(int(stat.parent.name))
    found = [pid]
    for one in found:
        found += children.get(one, [])
    return found


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port
