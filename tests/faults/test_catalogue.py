"""The catalogue holds every name, and each row can be served and judged."""

import pytest

from hello_llm.providers.mock.faults import FAULTS
from hello_llm.providers.mock.unplayable import OF_THE_PROGRAM, OF_THE_WIRE
from tests.faults.catalogue import BY_ID, CATALOGUE, own_port
from tests.faults.fault import EVERY_FORM
from tests.faults.protocols import PROTOCOLS
from tests.faults.test_script import PLAYABLE

NOT_PLAYED = {*OF_THE_PROGRAM, *OF_THE_WIRE}
NAMES = {
    "connect": """
        refused dns-fail blackhole-connect accept-close tls-to-plain plain-to-tls tls-untrusted
        not-http proxy-env
    """,
    "status": """
        401 403 404-model 400-context 400-no-stream 402 429-insufficient-quota 413 422
        429-then-ok 429-forever 429-retry-after-3600 429-http-date 429-garbage
        500-then-ok 503 529 502-html redirect-loop redirect-other-host 200-error-body 200-html
        200-empty 204 bad-json wrong-shape huge-body gzip-bomb content-length-long bad-gzip
        wrong-charset
    """,
    "stream": """
        headers-then-stall stall-mid keepalive-forever drip cut-before-first cut-mid-rst
        cut-mid-fin cut-clean-no-done no-done-but-finish done-null-finish done-then-open
        sse-error-event sse-split sse-garbage odd-frames stream-ignored finish-length
        finish-content-filter refusal tool-args-cut empty-answer reasoning-only repeated-chunks
    """,
    "content": "ansi nul-and-bidi ansi-in-error markup",
    "local": """
        sigint-import sigint-connect sigint-mid sigint-backoff sigint-twice sigterm-mid pipe-closed
        disk-full stdin-closed stdout-closed no-home home-read-only config-bad-toml
        config-unknown-key config-unreadable hostile-env clock-jump
    """,
    "altered": """
        content-parts early-finish choice-order think-tags odd-finish odd-usage whole-cut
    """,
    "tolerance": "raw-controls sse-lines always-streams multi-gzip",
    "misreported": """
        vendor-error-200 error-in-choice error-shapes context-words rate-413 clean-end-empty
        responses-only own-server-names base-forms
    """,
    "exhaust": "redact-time endless-files actions-commands",
    "networks": "tls-alerts",
    "models": "other-model no-model",
}


@pytest.mark.parametrize("group", NAMES)
def test_every_name_stands_in_its_table_in_order(group):
    found = dict.fromkeys(fault.name for fault in CATALOGUE if fault.group == group)
    assert list(found) == NAMES[group].split()


def test_no_two_faults_have_one_id():
    assert len(BY_ID) == len(CATALOGUE)


@pytest.mark.parametrize("fault", CATALOGUE, ids=BY_ID)
def test_a_fault_names_protocols_and_forms_that_exist(fault):
    assert fault.protocols
    assert fault.forms
    assert PROTOCOLS.keys() >= set(fault.protocols) >= fault.but.keys()
    assert set(fault.forms) <= set(EVERY_FORM)


def test_what_happens_below_http_needs_its_own_port():
    alone = {fault.name for fault in CATALOGUE if own_port(fault)}
    assert alone == {*NAMES["connect"].split(), "sigint-connect", "tls-alerts"} - {"proxy-env"}


def test_every_name_of_the_catalogue_can_be_played_or_is_of_the_program():
    names = {fault.name for fault in CATALOGUE}
    assert {name.split(".")[0] for name in FAULTS} | NOT_PLAYED == names
    assert not set(FAULTS) & NOT_PLAYED
    assert set(FAULTS) <= {fault.id for fault in CATALOGUE}


def test_no_fault_of_the_wire_is_left_out():
    left_out = {fault.name for fault in CATALOGUE} - {fault.name for fault in PLAYABLE}
    assert left_out == NOT_PLAYED
