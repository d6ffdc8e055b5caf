"""`python -m reos_local.sandbox --port 8097 --seed 1`: serve the sandbox until interrupted."""

import argparse
import os

import uvicorn

from reos_local.sandbox.app import DEFAULT_ATTOM_KEY, create_app


def main() -> None:
    """Read the options and serve."""
    options = argparse.ArgumentParser(prog="reos_local.sandbox", description="Provider sandbox of Real Estate OS.")
    options.add_argument("--host", default="127.0.0.1")
    options.add_argument("--port", type=int, default=8097)
    options.add_argument(
        "--seed", type=int, default=1, help="the world to serve; the same seed always gives the same one"
    )
    given = options.parse_args()
    key = os.environ.get("REOS_SANDBOX_ATTOM_KEY", DEFAULT_ATTOM_KEY)
    uvicorn.run(create_app(given.seed, key), host=given.host, port=given.port, log_level="critical", access_log=False)


if __name__ == "__main__":
    main()
