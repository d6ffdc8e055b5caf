"""What the policy needs to know of saved pages."""

from typing import Final

SOURCE: Final = "zillow_page"
LICENCE: Final = "prohibited"  # Zillow's terms forbid automated queries; nothing here sends any
