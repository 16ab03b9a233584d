"""The project's own pages."""

from django.http import HttpRequest, HttpResponse
from django.urls import path


def home(_request: HttpRequest) -> HttpResponse:
    """Show the way to the models."""
    return HttpResponse('<!doctype html><title>Project</title><a href="/llm/">Ask a model</a>')


urlpatterns = [path("", home)]
