"""What a refusal looks like, in prose and as a document."""

from tests.cli.program import program


def check(arguments, code, stderr):
    """Both forms of one failure: prose alone, and prose with a document that says the same."""
    prose = program(*arguments)
    assert (prose.code, prose.stdout, prose.stderr) == (code, b"", stderr)
    form = "--output=json" if "--stream" in arguments else "--json"
    ended = program(*arguments[:1], form, *arguments[1:])
    assert (ended.code, ended.stderr) == (code, stderr)
    document = ended.document
    assert (document["ok"], document["exit_code"], document["text"]) == (False, code, "")
    error = document["error"]
    hint = "" if error["hint"] is None else f"hint: {error['hint']}\n"
    assert (error["code"], f"error: {error['message']}\n{hint}") == (code.name, stderr)
    return document
