"""`uvicorn reos_api.main:app`: the application with its settings from the environment."""

from reos.core.logging import configure_logging
from reos.core.settings import get_settings
from reos_api.app import create_app

configure_logging(get_settings().log_level, get_settings().log_format)
app = create_app(get_settings())
