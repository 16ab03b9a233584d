"""Lists the faults, or serves them by hand: ``python -m tests.faults --serve 429-then-ok``."""

import argparse
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from tests.faults.catalogue import BY_ID, CATALOGUE, own_port
from tests.faults.fault import Fault
from tests.faults.protocols import PROTOCOLS
from tests.faults.server import FaultServer
from tests.faults.stage import staged

_ALL = "all"


def main() -> None:
    """Do what the command line says, until Ctrl-C where something is served."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--list", action="store_true", help="print every fault")
    what.add_argument(
        "--serve",
        choices=[_ALL, *BY_ID],
        metavar="NAME",
        help="a name of the list; or all, and the model's name chooses: openai/NAME",
    )
    parser.add_argument("--port", type=int, default=0, help="where to listen; 0 takes a free port")
    parser.add_argument("--protocol", choices=PROTOCOLS, default="openai")
    typed = parser.parse_args()
    if typed.list:
        sys.stdout.writelines(map(line_of, CATALOGUE))
        return
    with suppress(KeyboardInterrupt), serving(typed.serve, typed.protocol, typed.port) as addresses:
        sys.stdout.write("".join(f"{address}\n" for address in addresses))
        sys.stdout.flush()
        while True:
            time.sleep(3600)


def line_of(fault: Fault) -> str:
    """Return the line of the list for `fault`."""
    alone = " (on a port of its own)" if own_port(fault) else ""
    return f"{fault.id:28} {','.join(fault.protocols):40} {fault.meaning}{alone}\n"


@contextmanager
def serving(name: str, protocol: str, port: int) -> Iterator[list[str]]:
    """Serve the fault `name`, or all that can share a port; yield each ``--api-base``."""
    if name != _ALL:
        with staged(BY_ID[name], protocol, port) as stage:
            yield [stage.api_base]
        return
    shared = {name: fault for name, fault in BY_ID.items() if not own_port(fault)}
    with FaultServer(shared.get, PROTOCOLS.values(), port=port) as server:
        yield [f"{spoken.name}: {server.url}{spoken.base_path}" for spoken in PROTOCOLS.values()]


if __name__ == "__main__":
    main()
