"""Liberal reading (norme.md §2): from the bytes of a body to a typed message and everything wrong with its shape.

Two steps: `msgspec.json.decode` untyped, numbers exact; then one walk, driven by a plan compiled once from the
structs, that builds the message. A typed decode would refuse the norm's own dates and stop at the first error.
"""

from traitdunion.norme.lecture.order import merge
from traitdunion.norme.lecture.reading import Lecture, read

__all__ = ["Lecture", "merge", "read"]
