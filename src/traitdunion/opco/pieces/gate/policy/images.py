"""The policy for JPEG and PNG: bounded, whole, decoded to the end, nothing behind (fiabilite.md §3, row 26)."""

import io
import zlib

from PIL import Image, ImageFile

from traitdunion.opco.pieces.gate.model import Limites, TypeContenu, refuse
from traitdunion.opco.pieces.gate.policy import jpeg

_BOURRAGE = b"\0\t\n\r "
# A progressive JPEG has about ten scans; hundreds of them only cost time (the « scan bomb » of libjpeg-turbo's notes).
_PASSES_MAX = 100
_MORCEAUX_MAX = 20_000  # encoders write pixels in chunks of 8 KiB or more: 1,300 of them in 10 MiB
_REDUCTION_JPEG = 8  # decoding at 1/8 still reads every coded byte, for a fraction of the memory

Image.MAX_IMAGE_PIXELS = None  # the limit is ours, checked before anything is decoded
ImageFile.LOAD_TRUNCATED_IMAGES = False


def check_image(data: bytes, *, kind: TypeContenu, limites: Limites) -> None:
    """Raises FichierRefuse unless `data` is one whole, still image within the limits and nothing more."""
    try:
        end = _check_jpeg(data, limites) if kind is TypeContenu.JPEG else _check_png(data, limites)
    except (jpeg.JpegError, IndexError):
        raise refuse("IMAGE_ENDOMMAGEE") from None
    if data[end:].strip(_BOURRAGE):
        raise refuse("IMAGE_DONNEES_APRES")
    try:
        _decode(data, kind)
    except MemoryError:
        raise
    # Pillow raises many kinds for damaged images: OSError, SyntaxError, ValueError, struct.error, zlib.error, EOFError.
    except Exception:
        raise refuse("IMAGE_ENDOMMAGEE") from None


def _check_pixels(width: int, height: int, limites: Limites) -> None:
    if width * height > limites.pixels:
        raise refuse("IMAGE_TROP_GRANDE", maximum_megapixels=limites.pixels // 1_000_000)


def _check_jpeg(data: bytes, limites: Limites) -> int:
    """Where the JPEG ends, further views of a phone's picture included."""
    header = jpeg.read_structure(data, header_only=True)
    _check_pixels(header.width, header.height, limites)
    structure = jpeg.read_structure(data)
    if structure.scans > _PASSES_MAX:
        raise jpeg.JpegError("too many scans")
    end = structure.end
    while structure.multiple:
        following = len(data) - len(data[end:].lstrip(_BOURRAGE))
        if data[following : following + 2] != b"\xff\xd8":
            break
        end = jpeg.read_structure(data, start=following).end
    return end


def _check_png(data: bytes, limites: Limites) -> int:
    """Where the PNG ends: its chunks in order, each with its check sum, to IEND (PNG specification §5)."""
    if data[12:16] != b"IHDR":
        raise refuse("IMAGE_ENDOMMAGEE")
    _check_pixels(int.from_bytes(data[16:20], "big"), int.from_bytes(data[20:24], "big"), limites)
    position = 8
    for _ in range(_MORCEAUX_MAX):
        length = int.from_bytes(data[position : position + 4], "big")
        name = data[position + 4 : position + 8]
        end = position + 12 + length
        if end > len(data) or zlib.crc32(data[position + 4 : end - 4]) != int.from_bytes(data[end - 4 : end], "big"):
            raise refuse("IMAGE_ENDOMMAGEE")
        if name == b"acTL":
            raise refuse("IMAGE_ANIMEE")
        position = end
        if name == b"IEND":
            return position
    raise refuse("IMAGE_ENDOMMAGEE")


def _decode(data: bytes, kind: TypeContenu) -> None:
    with Image.open(io.BytesIO(data), formats=[kind.name]) as image:
        if kind is TypeContenu.JPEG:
            image.draft(None, (max(1, image.width // _REDUCTION_JPEG), max(1, image.height // _REDUCTION_JPEG)))
        image.load()
