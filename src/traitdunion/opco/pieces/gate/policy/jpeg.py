"""The structure of a JPEG, segment by segment, without decoding it (ITU T.81 annex B): size, scans, true end."""

import re
from dataclasses import dataclass

_MARQUEUR = re.compile(rb"\xff+([^\x00\xd0-\xd7\xff])")  # in coded data: neither a stuffed byte nor a restart
_SOI, _EOI, _SOS, _APP2 = 0xD8, 0xD9, 0xDA, 0xE2
_SOF = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_SEGMENTS_MAX = 10_000  # a file of 10 MiB can hold millions, all empty, to waste time
_SEULS = frozenset(range(0xD0, 0xD8)) | {0x01}  # markers without a segment


class JpegError(ValueError):
    """The bytes are not a whole JPEG."""


@dataclass(frozen=True)
class JpegStructure:
    """What the segments say; `end` is the offset just after the end marker, `multiple` that more images may follow."""

    width: int
    height: int
    scans: int
    end: int
    multiple: bool


def read_structure(data: bytes, *, start: int = 0, header_only: bool = False) -> JpegStructure:
    """Walks the segments from `start` to the end marker, or to the frame header only. Raises JpegError."""
    if data[start : start + 2] != b"\xff\xd8":
        raise JpegError("no start marker")
    width = height = scans = 0
    multiple = False
    position = start + 2
    for _ in range(_SEGMENTS_MAX):
        found = _MARQUEUR.match(data, position) if scans == 0 else _MARQUEUR.search(data, position)
        if found is None:
            raise JpegError("end marker missing")
        marker, position = found[1][0], found.end()
        if marker == _EOI:
            break
        if marker == _SOI:
            raise JpegError("start marker inside")
        if marker in _SEULS:
            continue
        length = int.from_bytes(data[position : position + 2], "big")
        if length < 2 or position + length > len(data):
            raise JpegError("segment cut short")
        if marker in _SOF:
            height = int.from_bytes(data[position + 3 : position + 5], "big")
            width = int.from_bytes(data[position + 5 : position + 7], "big")
            if header_only:
                return JpegStructure(width, height, 0, position + length, multiple)
        elif marker == _SOS:
            scans += 1
        elif marker == _APP2 and data.startswith(b"MPF\0", position + 2):
            multiple = True  # CIPA DC-007: phones append a second view after the end marker
        position += length
    else:
        raise JpegError("too many segments")
    if not (width and height and scans):
        raise JpegError("no image")
    return JpegStructure(width, height, scans, position, multiple)
