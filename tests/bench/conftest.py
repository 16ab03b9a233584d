"""Commands of which the program is a script that plays the warm process."""

import sys
from contextlib import closing

import pytest

from tests.bench.peers import Peers

STAND_IN = f"""#!{sys.executable} -S
import json, os, signal, subprocess, sys
file = os.environ["XDG_RUNTIME_DIR"] + "/process"
match sys.argv[1:]:
    case ["warm", "start"]:
        code = "import time; time.sleep(600)"
        quiet = {{name: subprocess.DEVNULL for name in ("stdin", "stdout", "stderr")}}
        child = subprocess.Popen([sys.executable, "-S", "-c", code], **quiet)
        json.dump({{"pid": child.pid, "calls": 0}}, open(file, "w"))
    case ["warm", "status", "--json"]:
        print(open(file).read())
    case ["warm", "stop"]:
        os.kill(json.load(open(file))["pid"], signal.SIGKILL)
        os.unlink(file)
    case _ if os.path.exists(file):
        state = json.load(open(file))
        json.dump(state | {{"calls": state["calls"] + 1}}, open(file, "w"))
"""


@pytest.fixture
def program(tmp_path):
    """A stand-in for the program."""
    path = tmp_path / "hello-llm"
    path.write_text(STAND_IN, encoding="utf-8")
    path.chmod(0o700)
    return path


@pytest.fixture
def peers(tmp_path, program):
    """Its commands."""
    with closing(Peers(tmp_path / "peers", program=program)) as peers:
        yield peers
