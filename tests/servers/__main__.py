"""Runs one of the servers by hand: ``python -m tests.servers openai --port 8080``."""

import argparse
import sys
import time

from tests.servers import Anthropic, Dialect, Ollama, OpenAI, Responses, Script, ScriptedServer

_DIALECTS: dict[str, type[OpenAI | Ollama | Anthropic]] = {
    "openai": OpenAI,
    "ollama": Ollama,
    "anthropic": Anthropic,
    "responses": Responses,
}


def main() -> None:
    """Serve until Ctrl-C, and write each request to stderr as it arrived."""
    parser = argparse.ArgumentParser(prog="python -m tests.servers")
    parser.add_argument("dialect", choices=_DIALECTS)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--text", default="Hello from a script.", help="streamed word by word")
    parser.add_argument("--delay", type=float, default=0.05, metavar="SECONDS")
    parser.add_argument("--status", type=int, default=200)
    parser.add_argument("--finish", default="stop")
    parser.add_argument("--end", choices=["complete", "fin", "rst", "stall"], default="complete")
    typed = parser.parse_args()
    script = Script(
        chunks=tuple(typed.text.replace(" ", " \0").split("\0")),
        delay_s=typed.delay,
        status=typed.status,
        finish=typed.finish,
        end=typed.end,
    )
    serve(_DIALECTS[typed.dialect](), script, typed.port)


def serve(dialect: Dialect, script: Script, port: int) -> None:
    """Play `script` to everyone until Ctrl-C."""
    with ScriptedServer(dialect, script, port=port) as server:
        sys.stdout.write(f"{server.url}{dialect.path}\n")
        sys.stdout.flush()
        shown = 0
        try:
            while True:
                time.sleep(0.1)
                for request in server.requests[shown:]:
                    sys.stderr.write(request.raw.decode("utf-8", "backslashreplace") + "\n\n")
                    shown += 1
        except KeyboardInterrupt:
            return


if __name__ == "__main__":
    main()
