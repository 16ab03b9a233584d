"""Django, with hello-llm below /llm/.

    pip install channels daphne 'hello-llm[serve]'
    export LLM_TOKEN="$(openssl rand -hex 32)"
    cd docs/examples/django
    daphne project.asgi:application

It serves the profiles of your configuration file. Clients use http://127.0.0.1:8000/llm/v1.
"""

import os

from asgiref.typing import ASGIReceiveCallable, ASGISendCallable, Scope
from channels.routing import ProtocolTypeRouter, URLRouter
from django.conf import settings
from django.core.asgi import get_asgi_application
from django.urls import re_path

from hello_llm.serve import ServeSettings, create_app

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings")
django = get_asgi_application()
llm = create_app(
    ServeSettings(
        token_env="LLM_TOKEN",  # noqa: S106 - the name of the variable
        hosts=tuple(settings.ALLOWED_HOSTS),
    )
)
llm.preload()  # other servers do it at the start of their lifespan, which daphne has not


async def mounted(scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
    """Serve below /llm: an ASGI application learns its prefix from ``root_path``."""
    await llm({**scope, "root_path": scope.get("root_path", "") + "/llm"}, receive, send)


below_llm = re_path("^llm/", mounted)  # path() would match /llm/ and nothing below it
application = ProtocolTypeRouter(
    {
        "http": URLRouter([below_llm, re_path("", django)]),
        "websocket": URLRouter([below_llm]),
        "lifespan": llm,
    }
)
