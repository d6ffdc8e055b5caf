"""Exit status 0 when the URL answers with a success: the health check of images that have no curl."""

import sys
import urllib.request

with urllib.request.urlopen(sys.argv[1], timeout=4) as answer:  # noqa: S310 - the check's own constant URL
    sys.exit(answer.status >= 400)  # noqa: PLR2004
