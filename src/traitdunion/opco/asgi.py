"""Composition root of the web server: reads the settings of the environment, builds the application."""

import os

from traitdunion.opco.api.application import Application
from traitdunion.opco.assemblage import portail, services
from traitdunion.opco.settings import Settings
from traitdunion.opco.site import Site


def application() -> Site:
    """The ASGI application of one worker (called by uvicorn in each)."""
    settings = Settings.from_env(os.environ)
    return Site(Application(lambda: services(settings)), lambda: portail(settings), frontaux=settings.frontaux)
