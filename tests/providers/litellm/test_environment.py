"""What LiteLLM sees of the environment."""

from hello_llm.providers.litellm.environment import drop_decisive, import_environment


def test_the_import_sees_none_of_its_settings_but_ours():
    environ = {"PATH": "/bin", "OPENAI_API_KEY": "k", "LITELLM_LOG": "DEBUG", "MY_APP": "1"}
    with import_environment(environ):
        assert environ == {
            "PATH": "/bin",
            "LITELLM_LOCAL_MODEL_COST_MAP": "True",
            "LITELLM_MODE": "PRODUCTION",
        }
    assert environ == {
        "PATH": "/bin",
        "OPENAI_API_KEY": "k",
        "MY_APP": "1",
        "LITELLM_LOCAL_MODEL_COST_MAP": "True",
        "LITELLM_MODE": "PRODUCTION",
    }


def test_keys_stay_and_what_decides_goes():
    environ = {"OPENAI_API_KEY": "k", "OPENAI_BASE_URL": "u", "https_proxy": "p", "HOME": "/"}
    assert sorted(drop_decisive(environ)) == ["OPENAI_BASE_URL", "https_proxy"]
    assert environ == {"OPENAI_API_KEY": "k", "HOME": "/"}
