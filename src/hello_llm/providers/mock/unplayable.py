"""The catalogue's faults that no script can play."""

OF_THE_PROGRAM = (
    *("proxy-env", "sigint-import", "sigint-connect", "sigint-mid", "sigint-backoff"),
    *("sigint-twice", "sigterm-mid", "pipe-closed", "disk-full", "stdin-closed", "stdout-closed"),
    *("no-home", "home-read-only", "config-bad-toml", "config-unknown-key", "config-unreadable"),
    *("hostile-env", "clock-jump"),
)
"""The catalogue's faults that happen to the program itself, whichever provider it uses."""

OF_THE_WIRE = (
    *("content-parts", "early-finish", "choice-order", "think-tags", "odd-finish", "odd-usage"),
    *("whole-cut", "responses-only", "raw-controls", "sse-lines", "always-streams", "multi-gzip"),
    *("redact-time", "actions-commands", "endless-files"),
)
"""The catalogue's faults in the bytes sent; a script has no protocol to send them in."""
