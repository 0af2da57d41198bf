"""The extension header Idempotency-Key: who took a key, for what content, and the answer given (norme.md §7)."""

from traitdunion.opco.idempotence.service import Idempotence

__all__ = ["Idempotence"]
