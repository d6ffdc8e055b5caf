"""Quality gates: suites that block a run, hold rows back, or warn, before data goes a step further."""

from reos.quality.gate import Finding, GateResult, run_checkpoint
from reos.quality.quarantine import release

__all__ = ["Finding", "GateResult", "release", "run_checkpoint"]
