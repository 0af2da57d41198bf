"""`python -I -m traitdunion.opco.pieces.gate LIMITS`: a child of the gate.

Descriptors come first. A loop such as uvloop hands down whatever is inheritable, the pipes of a sibling being started
among them: held here, they would hide that sibling's death from the parent.
"""

import contextlib
import os


def close_inherited_descriptors() -> None:
    """Close all but the standard three, before any library opens its own."""
    for name in os.listdir("/proc/self/fd"):
        if int(name) > 2:
            with contextlib.suppress(OSError):
                os.close(int(name))


if __name__ == "__main__":
    close_inherited_descriptors()
    from traitdunion.opco.pieces.gate.child import main

    main()
