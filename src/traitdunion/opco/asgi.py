"""Composition root of the web server: reads the settings of the environment, builds the application."""

import os

from traitdunion.opco.api.application import Application
from traitdunion.opco.assemblage import services
from traitdunion.opco.settings import Settings


def application() -> Application:
    """The ASGI application of one worker (called by uvicorn in each)."""
    settings = Settings.from_env(os.environ)
    return Application(lambda: services(settings))
