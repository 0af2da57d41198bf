"""`python -I -m traitdunion.opco.pieces.apercu PAGE LARGEUR`: a document on stdin, its page as PNG on stdout.

A line of JSON comes first, with the number of pages; page 0 asks for that line only. PDFium is built without script.
"""

import io
import json
import resource
import sys

import pypdfium2
from PIL import Image

MEMOIRE_OCTETS = 1 << 30
CPU_SECONDES = 10
PIXELS_MAX = 6_000_000  # of the image that is made
PIXELS_LUS_MAX = 60_000_000  # of an image that is read
PAGE_ABSENTE = 3


def set_limits() -> None:
    """Bounded memory and time; no core, no file written, no process."""
    for quoi, valeur in (
        (resource.RLIMIT_AS, MEMOIRE_OCTETS),
        (resource.RLIMIT_CPU, CPU_SECONDES),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NOFILE, 32),
        (resource.RLIMIT_NPROC, 0),
    ):
        dur = resource.getrlimit(quoi)[1]
        borne = valeur if dur == resource.RLIM_INFINITY else min(valeur, dur)
        resource.setrlimit(quoi, (borne, borne))


def draw(octets: bytes, *, page: int, largeur: int) -> tuple[int, Image.Image | None]:
    """How many pages, and the image of one; None for page 0. Raises IndexError for a page that is not there."""
    if not octets.startswith(b"%PDF"):
        image = Image.open(io.BytesIO(octets))
        if page > 1:
            raise IndexError
        image.draft("RGB", (largeur, largeur))  # a JPEG is read at about the size wanted
        return 1, _shrink(image, largeur) if page else None
    with pypdfium2.PdfDocument(octets) as document:
        if not page:
            return len(document), None
        if page > len(document):
            raise IndexError
        document.init_forms()
        feuille = document[page - 1]
        points_large, points_haut = feuille.get_size()
        echelle = largeur / max(points_large, 1)
        pixels = points_large * points_haut * echelle**2
        echelle *= min(1.0, (PIXELS_MAX / max(pixels, 1)) ** 0.5)
        return len(document), feuille.render(scale=echelle).to_pil()


def _shrink(image: Image.Image, largeur: int) -> Image.Image:
    proportion = min(1.0, largeur / image.width, (PIXELS_MAX / (image.width * image.height)) ** 0.5)
    taille = max(1, round(image.width * proportion)), max(1, round(image.height * proportion))
    return image.convert("RGB").resize(taille)


def main() -> None:
    """Entry point."""
    set_limits()
    Image.MAX_IMAGE_PIXELS = PIXELS_LUS_MAX // 2  # Pillow refuses beyond twice this
    page, largeur = int(sys.argv[1]), int(sys.argv[2])
    try:
        pages, image = draw(sys.stdin.buffer.read(), page=page, largeur=largeur)
    except IndexError:
        sys.exit(PAGE_ABSENTE)
    png = io.BytesIO()
    if image is not None:
        image.convert("RGB").save(png, "PNG")
    sys.stdout.buffer.write(json.dumps({"pages": pages}).encode() + b"\n" + png.getvalue())


if __name__ == "__main__":
    main()
