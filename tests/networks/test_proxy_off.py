"""Row proxy-off: a profile for a local server switches off the proxy of all others."""

import json

import pytest

from tests.networks.calls import ANSWER, NO_RETRY, ask, findings
from tests.networks.running import run
from tests.servers import OpenAI, ScriptedServer

CLOSED = "http://127.0.0.1:9"


@pytest.mark.parametrize("off", [True, False])
def test_proxy_off_in_a_profile_overrides_the_defaults(off, home):
    with ScriptedServer(OpenAI()) as server:
        path = home / ".config" / "hello-llm" / "config.toml"
        path.parent.mkdir(parents=True)
        path.write_text(
            f'version = 1\ndefault_profile = "local"\n[defaults]\nproxy = "{CLOSED}"\n'
            f'proxy_auth_env = "LOGIN_X"\n[profiles.local]\nprovider = "litellm"\n'
            f'model = "openai/m"\napi_base = "{server.url}/v1"\n{"proxy = false" if off else ""}\n'
        )
        environ = {} if off else {"LOGIN_X": "ada:word"}
        ended = ask(home, "--quiet", *NO_RETRY, environ=environ)
        shown = run(home, "config", "show")
        dry = json.loads(ask(home, "--json", "--dry-run", environ=environ).stdout)
        found = findings(home, environ=environ)
    (line,) = (line for line in shown.stdout.splitlines() if line.startswith("proxy "))
    if off:
        assert (ended.code, ended.stdout, ended.stderr) == (0, f"{ANSWER}\n", "")
        assert "profile local" in line
        assert CLOSED not in line
        assert dry["request"]["proxy"] is None
        assert found["connection"]["status"] == "ok"
    else:
        assert ended.code == 6
        assert f"cannot connect to the proxy {CLOSED}" in ended.stderr
        assert "[defaults]" in line
        assert CLOSED in line
        assert dry["request"]["proxy"]["url"] == CLOSED
        assert found["connection"]["code"] == "UNREACHABLE"
