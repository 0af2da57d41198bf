"""Mails as files: private, whole, in order. And the postier that the settings ask for."""

import errno
import os
import stat
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest

from traitdunion.opco.socle.clock import FixedClock
from traitdunion.opco.socle.courriel import (
    AdresseSmtpInvalide,
    DossierPostier,
    EnvoiImpossible,
    MemoirePostier,
    MessageRefuse,
    Postier,
    SmtpPostier,
    open_postier,
)

pytestmark = pytest.mark.anyio
AT = datetime(2026, 9, 1, 10, 30, 15, 250, tzinfo=UTC)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def _lax() -> Iterator[None]:
    """The most open umask there is: what is private is so by itself."""
    avant = os.umask(0)
    yield
    os.umask(avant)


def a_mail(sujet: str = "Votre première connexion") -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "mya@opco.example", "camille@cfa.example", sujet
    message.set_content("Bonjour Zoë,\n.\nhttps://opco.example/mya/lien/jeton-fictif\n")
    return message


def files_of(dossier: Path) -> list[Path]:
    return sorted(dossier.iterdir())


def mode_of(chemin: Path) -> int:
    return stat.S_IMODE(chemin.stat().st_mode)


@pytest.mark.usefixtures("_lax")
async def test_the_folder_and_its_files_are_for_their_owner_only(tmp_path: Path) -> None:
    dossier = tmp_path / "donnees" / "courriels"
    await DossierPostier(dossier, clock=FixedClock(AT)).send(a_mail())

    (fichier,) = files_of(dossier)
    assert mode_of(fichier) == 0o600
    assert mode_of(dossier) == 0o700


async def test_a_file_is_the_whole_mail_with_the_line_ends_of_mail(tmp_path: Path) -> None:
    await DossierPostier(tmp_path, clock=FixedClock(AT)).send(a_mail())

    (fichier,) = files_of(tmp_path)
    octets = fichier.read_bytes()
    assert octets.count(b"\n") == octets.count(b"\r\n") > 5
    relu = message_from_bytes(octets, policy=policy.default)
    assert isinstance(relu, EmailMessage)
    assert relu["Subject"] == "Votre première connexion"
    assert relu.get_content().replace("\r\n", "\n") == a_mail().get_content()
    assert relu.defects == []


async def test_names_sort_as_mails_left_and_say_nothing_of_them(tmp_path: Path) -> None:
    horloge = FixedClock(AT)
    postier = DossierPostier(tmp_path, clock=horloge)
    for rang in range(4):
        await postier.send(a_mail(f"rang {rang}"))
        horloge.instant += timedelta(microseconds=750_000 if rang else 1)

    fichiers = files_of(tmp_path)
    assert [message_from_bytes(f.read_bytes())["Subject"] for f in fichiers] == [f"rang {rang}" for rang in range(4)]
    assert fichiers[0].name.startswith("20260901T103015.000250Z-")
    assert all(f.suffix == ".eml" and "camille" not in f.name for f in fichiers)


async def test_two_mails_of_one_instant_are_two_files(tmp_path: Path) -> None:
    postier = DossierPostier(tmp_path, clock=FixedClock(AT))
    for _ in range(5):
        await postier.send(a_mail())
    assert len(files_of(tmp_path)) == 5


async def test_a_full_disk_leaves_no_file_and_names_no_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(tmp_path))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(EnvoiImpossible) as faute:
        await DossierPostier(tmp_path, clock=FixedClock(AT)).send(a_mail())

    assert type(faute.value) is EnvoiImpossible
    assert str(tmp_path) not in str(faute.value)
    assert os.strerror(errno.ENOSPC) in str(faute.value)
    assert files_of(tmp_path) == []


async def test_the_file_and_its_name_are_on_the_disk_before_the_mail_counts_as_sent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file is synced under its temporary name, the folder once it holds the final one."""
    vus: list[tuple[bool, list[bool]]] = []
    sync = os.fsync

    def noted(descripteur: int) -> None:
        noms = [f.name.startswith(".") for f in tmp_path.iterdir()]
        vus.append((stat.S_ISDIR(os.fstat(descripteur).st_mode), noms))
        sync(descripteur)

    monkeypatch.setattr(os, "fsync", noted)
    await DossierPostier(tmp_path, clock=FixedClock(AT)).send(a_mail())
    assert vus == [(False, [True]), (True, [False])]


async def test_a_folder_that_cannot_be_one_is_a_failure(tmp_path: Path) -> None:
    (tmp_path / "courriels").write_text("un fichier")
    with pytest.raises(EnvoiImpossible) as faute:
        await DossierPostier(tmp_path / "courriels", clock=FixedClock(AT)).send(a_mail())
    assert str(tmp_path) not in str(faute.value)


async def test_the_twin_in_memory_keeps_or_fails_as_told() -> None:
    postier = MemoirePostier()
    await postier.send(a_mail("un"))
    postier.panne = MessageRefuse("SMTPRecipientsRefused 550")
    with pytest.raises(MessageRefuse):
        await postier.send(a_mail("deux"))
    postier.panne = None
    await postier.send(a_mail("trois"))
    assert [m["Subject"] for m in postier.envoyes] == ["un", "trois"]


def opened(url: str | None, dossier: Path) -> Postier:
    return open_postier(url, dossier=dossier, clock=FixedClock(AT))


async def test_without_an_address_mails_are_files_in_the_folder(tmp_path: Path) -> None:
    await opened(None, tmp_path).send(a_mail())
    await opened("", tmp_path).send(a_mail())
    assert [f.suffix for f in files_of(tmp_path)] == [".eml", ".eml"]


async def test_with_an_address_mails_go_by_smtp(tmp_path: Path) -> None:
    assert isinstance(opened("smtps://relais.example", tmp_path), SmtpPostier)
    with pytest.raises(AdresseSmtpInvalide):
        opened("http://relais.example", tmp_path)
