"""Many streams at a time through ``hello-llm serve``, and the delay that it adds to each piece.

A vendor's server sends pieces that say when they were sent. As many clients as there are to be
streams read one stream after the other, directly or through the server; each stream is checked.
``python -m tests.bench.streams``; with ``--write`` it keeps the table for the documentation.
"""

import argparse
import asyncio
import json
import multiprocessing
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from statistics import quantiles

from tests.bench.report import today_here
from tests.serve.running import raw_request, serving

RATES = (1, 2, 3, 4)
"""Pieces a second in each stream."""
_HEAD = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n"
    b"Connection: close\r\n\r\n"
)
_END = {"finish_reason": "stop", "index": 0, "delta": {}}
_LONGEST_S = 20.0
_PAGE = 4096


@dataclass(slots=True)
class Measured:
    """What the clients of one run have seen."""

    delays_ms: list[float] = field(default_factory=list)
    """For each piece, from the time at which it was sent until its client had it."""
    begun: int = 0
    """Streams that were asked for."""
    complete: int = 0
    """Streams that came to their end, with every piece once and in order."""
    failures: Counter[str] = field(default_factory=Counter)
    """Why others did not."""
    memory_mb: list[float] = field(default_factory=list)
    """What the server occupied, each second."""
    cpu_s: float = 0.0
    """Seconds of processor time that the server used."""

    def row(self, name: str, seconds: float) -> str:
        """Return a row of a table in Markdown."""
        found = quantiles(self.delays_ms, n=100)
        times = f"{found[49]:.1f} ms | {found[98]:.1f} ms"
        third = self.memory_mb[len(self.memory_mb) // 3 :]
        memory = f"{third[0]:.0f} → {third[-1]:.0f} MB" if third else ""
        busy = f"{self.cpu_s / seconds:.0%}" if self.cpu_s else ""
        streams = f"{self.complete} of {self.begun}"
        return f"| {name} | {streams} | {len(self.delays_ms):,} | {times} | {busy} | {memory} |"


async def _vendor(pause_s: float, ready: "multiprocessing.SimpleQueue[int]") -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length:")[2].split()[0])
        asked = json.loads(await reader.readexactly(length))["messages"][-1]["content"]
        name, _, pieces = asked.partition(" ")
        writer.write(_HEAD)
        loop = asyncio.get_running_loop()
        began = loop.time()
        for number in range(int(pieces)):
            await asyncio.sleep(began + number * pause_s - loop.time())
            text = f"{name} {number} {time.monotonic_ns()};"
            writer.write(_chunk({"index": 0, "delta": {"content": text}, "finish_reason": None}))
            await writer.drain()
        writer.write(_chunk(_END) + b"e\r\ndata: [DONE]\n\n\r\n0\r\n\r\n")
        await writer.drain()
        writer.close()

    async def quietly(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError, IndexError):
            await answer(reader, writer)

    server = await asyncio.start_server(quietly, "127.0.0.1", 0, backlog=1024)
    ready.put(server.sockets[0].getsockname()[1])
    await server.serve_forever()


def _chunk(choice: dict[str, object]) -> bytes:
    value = {"id": "x", "object": "chat.completion.chunk", "created": 1, "model": "x"}
    frame = b"data: %s\n\n" % json.dumps({**value, "choices": [choice]}).encode()
    return b"%x\r\n%s\r\n" % (len(frame), frame)


@contextmanager
def vendors_server(pause_s: float) -> Iterator[int]:
    """Run the vendor's server in a process of its own; yields its port."""
    context = multiprocessing.get_context("spawn")
    ready = context.SimpleQueue()
    process = context.Process(target=_run, args=(pause_s, ready), daemon=True)
    process.start()
    try:
        yield ready.get()
    finally:
        process.kill()
        process.join()


def _run(pause_s: float, ready: "multiprocessing.SimpleQueue[int]") -> None:
    asyncio.run(_vendor(pause_s, ready))


async def _read(port: int, name: str, pieces: int, measured: Measured) -> None:
    """Read one stream, and check each piece of it."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=2**20)
    question = [{"role": "user", "content": f"{name} {pieces}"}]
    asked = {"model": "openai/x", "stream": True, "messages": question}
    writer.write(raw_request(asked))
    status = await reader.readline()
    assert b" 200 " in status, status
    expected = 0
    async for line in reader:
        now = time.monotonic_ns()
        if line == b"data: [DONE]\n":
            break
        for piece in _pieces(line):
            owner, number, sent = piece.split()
            assert (owner, int(number)) == (name, expected), f"{piece} instead of {expected}"
            expected += 1
            measured.delays_ms.append((now - int(sent)) / 1e6)
    else:
        raise AssertionError(f"no end after {expected} of {pieces} pieces")
    assert expected == pieces, f"{expected} of {pieces} pieces"
    writer.close()


def _pieces(line: bytes) -> list[str]:
    if not line.startswith(b"data: "):
        return []
    event = json.loads(line[6:])
    assert "error" not in event, event["error"]
    choices = event["choices"]
    text: str = (choices[0]["delta"].get("content") or "") if choices else ""
    return text.split(";")[:-1]


async def _client(port: int, number: int, rate: float, ends_at: float, measured: Measured) -> None:
    """Read streams of various lengths, one after the other, until the time is over."""
    draw, loop = random.Random(number), asyncio.get_running_loop()
    await asyncio.sleep(draw.uniform(0, min(5.0, (ends_at - loop.time()) / 4)))
    count = 0
    while loop.time() < ends_at:
        count += 1
        measured.begun += 1
        try:
            pieces = max(1, int(draw.uniform(0.25, 1) * _LONGEST_S * rate))
            await _read(port, f"stream-{number}-{count}", pieces, measured)
            measured.complete += 1
        except (AssertionError, OSError) as error:
            measured.failures[repr(error)] += 1


async def _sample(pid: int, measured: Measured) -> None:
    while True:
        measured.memory_mb.append(_occupied_mb(pid))
        await asyncio.sleep(1)


def _occupied_mb(pid: int) -> float:
    return int(Path(f"/proc/{pid}/statm").read_text("ascii").split()[1]) * _PAGE / 1e6


def _cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(") ")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100


async def measure(port: int, streams: int, rate: float, seconds: float, pid: int = 0) -> Measured:
    """Run clients of the server at `port`, and measure what they see.

    Args:
        port: a server of OpenAI's protocol.
        streams: how many streams at a time.
        rate: pieces a second in each.
        seconds: after how long no client asks for another stream.
        pid: the process whose memory and processor time count; 0 for none.
    """
    measured = Measured()
    sampling = asyncio.ensure_future(_sample(pid, measured)) if pid else None
    before = _cpu_s(pid) if pid else 0.0
    ends_at = asyncio.get_running_loop().time() + seconds
    clients = (_client(port, number, rate, ends_at, measured) for number in range(streams))
    await asyncio.gather(*clients)
    if sampling is not None:
        sampling.cancel()
        measured.cpu_s = _cpu_s(pid) - before
    return measured


def _rows(streams: int, rates: Sequence[float], seconds: float) -> Iterator[str]:
    for rate in rates:
        with vendors_server(1 / rate) as vendor:
            direct = asyncio.run(measure(vendor, streams, rate, seconds))
            yield direct.row(f"{rate:g} a second, directly", seconds)
            where = ("--model", "openai/x", "--api-base", f"http://127.0.0.1:{vendor}/v1")
            environ = {"OPENAI_API_KEY": "unused"}
            with serving(*where, "--quiet", environ=environ) as running:
                port, pid = int(running.url.rpartition(":")[2]), running.process.pid
                through = asyncio.run(measure(port, streams, rate, seconds, pid))
                assert running.process.poll() is None, running.log
            yield through.row(f"{rate:g} a second, through the server", seconds)
            for failure, count in (direct.failures + through.failures).items():
                sys.stderr.write(f"{count} failed: {failure}\n")


def _head() -> Iterator[str]:
    yield "| pieces in each stream | complete | pieces | p50 | p99 | a core | memory |"
    yield "| --- | ---: | ---: | ---: | ---: | ---: | ---: |"


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.streams", description=__doc__)
    parser.add_argument("--streams", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--rates", type=float, nargs="+", default=RATES)
    parser.add_argument("--write", type=Path, metavar="FOLDER", help="keep the table")
    typed = parser.parse_args(arguments)
    lines = [*_head()]
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    for line in _rows(typed.streams, typed.rates, typed.seconds):
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()
        lines.append(line)
    what = f"{typed.streams} clients, {typed.seconds:g} s each, all on one machine"
    if typed.write:
        text = "\n".join([*lines, "", f"{what}; {today_here()}"])
        (typed.write / "serve.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
