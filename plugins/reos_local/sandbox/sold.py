"""What the sandbox's paid providers have sold: every record that left them in a success, as they would bill it."""

from collections import Counter

PAID = ("attom", "regrid")


class Sold:
    """Counts records by provider; an answer that is cut or lost on its way was sold all the same."""

    def __init__(self) -> None:
        self._records: Counter[str] = Counter()

    def add(self, provider: str, records: int) -> None:
        """Count `records` more."""
        self._records[provider] += records

    def totals(self) -> dict[str, int]:
        """Return the records sold so far by each paid provider."""
        return {provider: self._records[provider] for provider in PAID}
