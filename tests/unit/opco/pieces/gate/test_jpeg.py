"""The segments of a JPEG, without decoding."""

import struct

import pytest
from builders import fichiers

from traitdunion.opco.pieces.gate.policy import jpeg


@pytest.mark.parametrize("progressive", [False, True])
def test_the_size_and_the_end_are_those_of_the_image(progressive: bool) -> None:
    data = fichiers.a_jpeg(size=(640, 480), progressive=progressive)

    structure = jpeg.read_structure(data + b"behind")

    assert (structure.width, structure.height, structure.end) == (640, 480, len(data))
    assert structure.multiple is False
    assert (structure.scans > 1) is progressive


def test_a_thumbnail_inside_does_not_end_the_image() -> None:
    whole, thumbnail = fichiers.a_jpeg(), fichiers.a_jpeg(size=(8, 8))
    segment = b"\xff\xe1" + struct.pack(">H", len(thumbnail) + 2) + thumbnail
    data = whole[:2] + segment + whole[2:]

    assert jpeg.read_structure(data).end == len(data)


def test_a_phone_says_that_another_view_follows() -> None:
    data = fichiers.phone_jpeg()

    first = jpeg.read_structure(data)

    assert first.multiple
    assert jpeg.read_structure(data, start=first.end).end == len(data)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff\xd8",
        b"\xff\xd8\xff\xd9",
        b"\xff\xd8\xff\xe0\0\1",
        b"\xff\xd8\xff\xe0\xff\xff",
        b"\xff\xd8\xff\xd8",
        b"\xff\xd8\0",
        b"\xff\xd8" + b"\xff\xfe\0\2" * 10_001,
        fichiers.a_jpeg()[:-2],
    ],
)
def test_what_is_not_whole_is_said_so(data: bytes) -> None:
    with pytest.raises(jpeg.JpegError):
        jpeg.read_structure(data)
