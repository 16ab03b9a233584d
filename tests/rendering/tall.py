"""Answers that are taller than a screen."""

_WORDS = [f"w{number:04}" for number in range(3340)]

TALL = {
    "lines": "\n".join(f"line {n}" for n in range(300)),
    "paragraphs": "\n\n".join(f"paragraph {n}" for n in range(150)),
    "code": "```python\n" + "\n".join(f"x = {n}  # line" for n in range(300)) + "\n```\n",
    "bullets": "\n".join(f"- item {n}" for n in range(300)),
    "numbers": "\n".join(f"{n}. item" for n in range(1, 301)),
    "ones": "\n".join("1. item" for n in range(300)),
    "table": "| n | word |\n|---|------|\n" + "\n".join(f"| {n} | w{n} |" for n in range(100, 400)),
    "quote": "\n".join(f"> quoted {n}" for n in range(300)),
    "nested list": "\n".join("  " * (n % 3) + f"- item {n}" for n in range(300)),
    "long item": "- top\n" + "\n".join(f"  - sub {n}\n    more {n}" for n in range(100)),
    "steps with code": "\n".join(
        f"{n}. step\n    ```sh\n    run {n}\n    then {n}\n    ```" for n in range(10, 80)
    ),
    "step with much code": "1. step\n   ```sh\n"
    + "\n".join(f"   run {n}" for n in range(100))
    + "\n   ```\n1. next\n",
    "paragraph": " ".join(_WORDS),
    "paragraph in an item": "- " + " ".join(_WORDS[:1000]) + "\n- next",
    "word": "".join(_WORDS)[:5000],
    "bold words": " ".join(f"**{word}**" if n % 3 else word for n, word in enumerate(_WORDS)),
}
