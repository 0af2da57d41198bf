"""Mail through a real SMTP server on 127.0.0.1: taken, refused, silent, encrypted or not."""

import asyncio
import ssl
import threading
import time
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Any

import pytest
from builders.pairs.smtp import ACCUEIL, CONTENU, COUPURE, HOTE, SILENCE, PairSmtp, serving_smtp, tls_contexts

from traitdunion.opco.courriels.message import build_expediteur, build_message
from traitdunion.opco.courriels.modeles import MODELES, render
from traitdunion.opco.socle.courriel import EnvoiImpossible, MessageRefuse, SmtpPostier
from traitdunion.opco.socle.courriel.smtp import read_url

pytestmark = pytest.mark.anyio

MOT_DE_PASSE = "phrase-fictive"
COMPTE = ("opco", MOT_DE_PASSE)
DESTINATAIRE = "camille.exemple@cfa.example"
LIEN = "https://opco.example/mya/lien/jeton-fictif"


def a_mail(*, destinataire: str = DESTINATAIRE) -> EmailMessage:
    valeurs = {"lien": LIEN, "prenom": "Zoë", "duree_heures": "48"}
    return build_message(
        render(MODELES["premiere_connexion"], valeurs, nom_opco="OPCO Fictif"),
        expediteur=build_expediteur(nom="OPCO Fictif, région Île-de-France", adresse="mya@opco.example"),
        destinataire=destinataire,
        identifiant="0123456789abcdef",
        at=datetime(2026, 9, 1, 10, tzinfo=UTC),
    )


def in_clear(pair: PairSmtp, *, delai: float = 5, duree_max: float = 10) -> SmtpPostier:
    serveur = read_url(f"smtp://{HOTE}:{pair.port}?chiffrement=aucun")
    return SmtpPostier(serveur, delai=delai, duree_max=duree_max)


def with_tls(
    pair: PairSmtp, contexte: ssl.SSLContext, *, schema: str = "smtp", mot_de_passe: str = MOT_DE_PASSE
) -> SmtpPostier:
    serveur = read_url(f"{schema}://opco:{mot_de_passe}@{HOTE}:{pair.port}")
    return SmtpPostier(serveur, delai=5, duree_max=10, contexte=contexte)


async def test_a_mail_arrives_whole_with_its_envelope() -> None:
    async with serving_smtp() as pair:
        await in_clear(pair).send(a_mail())

    (recu,) = pair.recus
    assert (recu.expediteur, recu.destinataires) == ("mya@opco.example", (DESTINATAIRE,))
    assert recu.octets == a_mail_as_sent(recu.octets)
    message = recu.message
    assert message["To"] == DESTINATAIRE
    assert message["From"].addresses[0].display_name == "OPCO Fictif, région Île-de-France"
    assert message["Message-ID"] == "<0123456789abcdef@opco.example>"
    texte, html = (message.get_body((sorte,)) for sorte in ("plain", "html"))
    assert texte is not None
    assert html is not None
    assert LIEN in texte.get_content()
    assert f'href="{LIEN}"' in html.get_content()
    assert "Bonjour Zoë," in texte.get_content()


def a_mail_as_sent(octets: bytes) -> bytes:
    """The same mail again, with the boundary of the one received: nothing was lost or altered on the way."""
    message = a_mail()
    message.set_boundary(_boundary(octets))
    return message.as_bytes(policy=SMTP)


def _boundary(octets: bytes) -> str:
    return octets.partition(b'boundary="')[2].partition(b'"')[0].decode()


async def test_what_travels_is_ascii_in_short_lines() -> None:
    """RFC 5321 §4.5.3.1.6, without 8BITMIME: a server that is not asked for more may cut the rest."""
    async with serving_smtp() as pair:
        await in_clear(pair).send(a_mail())

    (recu,) = pair.recus
    assert recu.octets.isascii()
    assert max(len(ligne) for ligne in recu.octets.split(b"\r\n")) <= 998


async def test_a_line_that_begins_with_a_dot_does_not_end_the_mail() -> None:
    message = EmailMessage(policy=SMTP)
    message["From"], message["To"] = Address(addr_spec="mya@opco.example"), Address(addr_spec=DESTINATAIRE)
    message.set_content("avant\n.\n..\n.apres\n", cte="7bit")
    async with serving_smtp() as pair:
        await in_clear(pair).send(message)

    (recu,) = pair.recus
    assert recu.octets.endswith(b"\r\n\r\navant\r\n.\r\n..\r\n.apres\r\n")


async def test_starttls_comes_before_the_account_and_the_mail(tmp_path: Path) -> None:
    serveur, client = tls_contexts(tmp_path)
    async with serving_smtp(contexte=serveur, starttls=True, compte=COMPTE) as pair:
        await with_tls(pair, client).send(a_mail())

    (recu,) = pair.recus
    assert recu.chiffre
    assert recu.compte == "opco"
    assert [verbe for verbe in pair.verbes if verbe != "EHLO"] == ["STARTTLS", "AUTH", "MAIL", "RCPT", "DATA", "QUIT"]
    clair = [ligne.split()[0].upper() for ligne in pair.en_clair.splitlines()]
    assert clair == [b"EHLO", b"STARTTLS"]


async def test_tls_from_the_first_byte(tmp_path: Path) -> None:
    serveur, client = tls_contexts(tmp_path)
    async with serving_smtp(contexte=serveur, compte=COMPTE) as pair:
        await with_tls(pair, client, schema="smtps").send(a_mail())

    (recu,) = pair.recus
    assert recu.chiffre
    assert recu.compte == "opco"
    assert pair.en_clair == b""


async def test_a_server_without_starttls_receives_nothing() -> None:
    """Whoever removes « STARTTLS » from the server's answer learns neither the account nor the mail."""
    async with serving_smtp(compte=COMPTE) as pair:
        with pytest.raises(EnvoiImpossible) as faute:
            await with_tls(pair, ssl.create_default_context()).send(a_mail())

    assert not isinstance(faute.value, MessageRefuse)
    assert set(pair.verbes) <= {"EHLO", "QUIT"}


async def test_starttls_refused_ends_the_sending(tmp_path: Path) -> None:
    serveur, client = tls_contexts(tmp_path)
    reponses = {"STARTTLS": "454 4.7.0 TLS not available"}
    async with serving_smtp(contexte=serveur, starttls=True, compte=COMPTE, reponses=reponses) as pair:
        with pytest.raises(EnvoiImpossible, match="454"):
            await with_tls(pair, client).send(a_mail())

    assert "AUTH" not in pair.verbes
    assert "MAIL" not in pair.verbes


@pytest.mark.parametrize("schema", ["smtp", "smtps"])
async def test_a_certificate_that_nobody_vouches_for_is_refused(schema: str, tmp_path: Path) -> None:
    serveur, _ = tls_contexts(tmp_path)
    async with serving_smtp(contexte=serveur, starttls=schema == "smtp", compte=COMPTE) as pair:
        with pytest.raises(EnvoiImpossible, match="SSLCertVerificationError"):
            await with_tls(pair, ssl.create_default_context(), schema=schema).send(a_mail())

    assert "AUTH" not in pair.verbes
    assert pair.recus == []


@pytest.mark.parametrize("schema", ["smtp", "smtps"])
async def test_the_certificate_of_another_host_is_refused(schema: str, tmp_path: Path) -> None:
    serveur, client = tls_contexts(tmp_path, adresse="127.0.0.2")
    async with serving_smtp(contexte=serveur, starttls=schema == "smtp", compte=COMPTE) as pair:
        with pytest.raises(EnvoiImpossible, match="SSLCertVerificationError"):
            await with_tls(pair, client, schema=schema).send(a_mail())

    assert "AUTH" not in pair.verbes
    assert pair.recus == []


async def test_an_account_refused_is_the_server_s_matter_and_tells_no_password(tmp_path: Path) -> None:
    serveur, client = tls_contexts(tmp_path)
    async with serving_smtp(contexte=serveur, starttls=True, compte=COMPTE) as pair:
        with pytest.raises(EnvoiImpossible) as faute:
            await with_tls(pair, client, mot_de_passe="autre-phrase").send(a_mail())

    assert type(faute.value) is EnvoiImpossible
    assert str(faute.value) == "SMTPAuthenticationError 535"
    assert "MAIL" not in pair.verbes


@pytest.mark.parametrize(
    ("moment", "reponse"),
    [
        ("RCPT", f"550 5.1.1 <{DESTINATAIRE}> unknown"),
        ("RCPT", f"450 4.2.0 <{DESTINATAIRE}> greylisted"),
        (CONTENU, f"550 5.7.1 {LIEN} is spam"),
        (CONTENU, f"554 5.6.0 {DESTINATAIRE} refuses this content"),
        (CONTENU, "451 4.7.1 content cannot be scanned now"),
        ("DATA", "554 5.5.1 no valid recipients"),
    ],
)
async def test_what_the_server_says_of_this_mail_is_a_refusal_that_quotes_nothing(moment: str, reponse: str) -> None:
    async with serving_smtp(reponses={moment: reponse}) as pair:
        with pytest.raises(MessageRefuse) as faute:
            await in_clear(pair).send(a_mail())

    assert reponse[:3] in str(faute.value)
    assert "example" not in str(faute.value)
    assert faute.value.__cause__ is None
    assert faute.value.__suppress_context__
    assert pair.recus == []


@pytest.mark.parametrize(
    ("moment", "reponse"),
    [
        (ACCUEIL, "421 4.3.2 closing"),
        (ACCUEIL, "554 5.3.2 no service here"),
        ("EHLO", "421 4.3.2 closing"),
        ("MAIL", "421 4.3.2 closing"),
        ("MAIL", "451 4.3.0 try again"),
        ("MAIL", "550 5.7.1 <mya@opco.example> may not send"),
        ("RCPT", "421 4.3.2 closing"),
        (CONTENU, "421 4.3.2 closing"),
        *((moment, COUPURE) for moment in (ACCUEIL, "EHLO", "MAIL", "RCPT", "DATA", CONTENU)),
    ],
)
async def test_what_the_server_says_of_itself_is_a_failure_and_no_refusal(moment: str, reponse: str) -> None:
    async with serving_smtp(reponses={moment: reponse}) as pair:
        with pytest.raises(EnvoiImpossible) as faute:
            await in_clear(pair).send(a_mail())

    assert type(faute.value) is EnvoiImpossible
    assert "example" not in str(faute.value)
    assert pair.recus == []


@pytest.mark.parametrize("moment", [ACCUEIL, "EHLO", "MAIL", "RCPT", CONTENU])
async def test_a_server_that_falls_silent_is_left_in_time(moment: str) -> None:
    async with serving_smtp(reponses={moment: SILENCE}) as pair:
        depart = time.monotonic()
        with pytest.raises(EnvoiImpossible) as faute:
            await in_clear(pair, delai=0.3).send(a_mail())

    assert type(faute.value) is EnvoiImpossible
    assert time.monotonic() - depart < 5


async def test_a_silent_tls_handshake_is_left_in_time(tmp_path: Path) -> None:
    """The port answers, and does not speak TLS."""
    _, client = tls_contexts(tmp_path)
    async with serving_smtp(reponses={ACCUEIL: SILENCE}) as pair:
        serveur = read_url(f"smtps://{HOTE}:{pair.port}")
        with pytest.raises(EnvoiImpossible, match="TimeoutError"):
            await SmtpPostier(serveur, delai=0.3, contexte=client).send(a_mail())


class _Guette(SmtpPostier):
    """Says when its thread ends."""

    fini: threading.Event

    def _send(self, *args: Any) -> None:
        try:
            super()._send(*args)
        finally:
            self.fini.set()


@pytest.mark.parametrize("schema", ["smtp", "smtps"])
async def test_the_whole_sending_has_a_limit_and_frees_its_thread(schema: str, tmp_path: Path) -> None:
    serveur, client = tls_contexts(tmp_path)
    reponses = {CONTENU: SILENCE}
    async with serving_smtp(contexte=serveur, starttls=schema == "smtp", reponses=reponses) as pair:
        adresse = read_url(f"{schema}://{HOTE}:{pair.port}")
        postier = _Guette(adresse, delai=30, duree_max=0.5, contexte=client)
        postier.fini = threading.Event()
        with pytest.raises(EnvoiImpossible, match="too slow"):
            await postier.send(a_mail())
        assert await asyncio.to_thread(postier.fini.wait, 5)
    assert "DATA" in pair.verbes


async def test_a_server_that_hangs_up_after_it_took_the_mail_took_it() -> None:
    async with serving_smtp(reponses={"QUIT": COUPURE}) as pair:
        await in_clear(pair).send(a_mail())

    assert len(pair.recus) == 1


async def test_nobody_at_the_address_is_a_failure() -> None:
    async with serving_smtp() as pair:
        postier = in_clear(pair)
    with pytest.raises(EnvoiImpossible, match="ConnectionRefusedError"):
        await postier.send(a_mail())


async def test_a_host_that_cannot_be_a_name_is_the_server_s_matter_and_no_refusal_of_the_mail() -> None:
    with pytest.raises(EnvoiImpossible) as faute:
        await SmtpPostier(read_url("smtp://relais..example:25?chiffrement=aucun")).send(a_mail())
    assert type(faute.value) is EnvoiImpossible


async def test_each_mail_has_its_connection_and_many_go_together() -> None:
    async with serving_smtp() as pair:
        postier = in_clear(pair)
        await asyncio.gather(*(postier.send(a_mail(destinataire=f"p{n}@cfa.example")) for n in range(8)))

    assert pair.connexions == 8
    assert sorted(recu.destinataires[0] for recu in pair.recus) == [f"p{n}@cfa.example" for n in range(8)]
