"""Structured logs: one event name and key-value pairs a line, as console text or JSON, with context bound per task."""

import logging

import structlog


def configure_logging(level: str = "INFO", log_format: str = "console") -> None:
    """Set up structlog for this process; `log_format` is `console` or `json`."""
    as_json = log_format == "json"
    renderer = structlog.processors.JSONRenderer() if as_json else structlog.dev.ConsoleRenderer(colors=False)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
    )


def get_logger(name: str) -> structlog.stdlib.BoundLogger:
    """Return a logger whose lines carry `logger_name=name`; it follows the configuration of when it is used."""
    logger: structlog.stdlib.BoundLogger = structlog.get_logger(logger_name=name)
    return logger
