"""The envelope: one recipient, headers that nobody can add to, a text and its HTML."""

from datetime import UTC, datetime, timedelta, timezone
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.policy import SMTP

import pytest

from traitdunion.opco.courriels.message import build_expediteur, build_message, check_adresse
from traitdunion.opco.courriels.modeles import MODELES, Rendu, render

AT = datetime(2026, 9, 1, 10, tzinfo=UTC)
RENDU = render(MODELES["mot_de_passe_change"], {"prenom": "Zoë"}, nom_opco="OPCO Fictif")

BONNES = [
    *("camille.exemple@cfa.example", "c@localhost", "prenom+mya@sous.domaine.example", "o'neil_x@cfa-1.example"),
    *(f"{'x' * 64}@cfa.example", f"x@{'y' * 63}.example", f"{'x' * 64}@{'.'.join(['y' * 47] * 3)}.{'z' * 45}"),
]
MAUVAISES = [
    *("", "camille", "@cfa.example", "camille@", "a@b@cfa.example", "camille exemple@cfa.example", "a@cfa..example"),
    *("a@cfa.example,b@cfa.example", "a@cfa.example;b@cfa.example", "a@cfa.example b@cfa.example"),
    *("a@cfa.example\n", "a@cfa.example\r\nBcc: b@cfa.example", "a\r\nBcc: b@cfa.example", "a@cfa.example\x00"),
    *("Camille <a@cfa.example>", "<a@cfa.example>", '"a b"@cfa.example', "a@cfa.example(x)", " a@cfa.example"),
    *("é@cfa.example", "a@cfá.example", "a@-cfa.example", "a@cfa-.example", "a@cfa.example.", "a@[127.0.0.1]"),
    *(".a@cfa.example", "a.@cfa.example", "a..b@cfa.example", "a@cfa_1.example"),
    *(f"{'x' * 65}@cfa.example", f"x@{'y' * 64}.example", f"{'x' * 64}@{'.'.join(['y' * 47] * 3)}.{'z' * 46}"),
]


def a_mail(*, nom: str = "OPCO Fictif", destinataire: str = BONNES[0], rendu: Rendu = RENDU) -> EmailMessage:
    return build_message(
        rendu,
        expediteur=build_expediteur(nom=nom, adresse="mya@opco.example"),
        destinataire=destinataire,
        identifiant="0123456789abcdef",
        at=AT,
    )


def reread(message: EmailMessage) -> EmailMessage:
    relu = message_from_bytes(message.as_bytes(policy=SMTP), policy=policy.default)
    assert isinstance(relu, EmailMessage)
    return relu


def test_the_longest_addresses_tried_are_at_the_limit_and_beyond() -> None:
    assert len(BONNES[-1]) == 254
    assert len(MAUVAISES[-1]) == 255


@pytest.mark.parametrize("adresse", BONNES)
def test_a_plain_address_is_admitted_and_written_as_it_is(adresse: str) -> None:
    check_adresse(adresse)
    relu = reread(a_mail(destinataire=adresse))
    assert [a.addr_spec for a in relu["To"].addresses] == [adresse]


@pytest.mark.parametrize("adresse", MAUVAISES)
def test_what_is_not_exactly_one_address_is_refused_without_being_quoted(adresse: str) -> None:
    for essai in (
        lambda: check_adresse(adresse),
        lambda: a_mail(destinataire=adresse),
        lambda: build_expediteur(nom="OPCO Fictif", adresse=adresse),
    ):
        with pytest.raises(ValueError, match=r"^not an e-mail address$") as faute:
            essai()
        assert faute.value.__suppress_context__ or faute.value.__context__ is None


@pytest.mark.parametrize("nom", ["OPCO\r\nBcc: b@cfa.example", "OPCO\nFictif", "OPCO\x00", "OPCO\u2028Fict", "OP\tCO"])
def test_a_sender_s_name_that_could_add_a_header_is_refused(nom: str) -> None:
    with pytest.raises(ValueError, match="control character"):
        build_expediteur(nom=nom, adresse="mya@opco.example")


@pytest.mark.parametrize(
    "nom",
    [
        *("OPCO Fictif", "L'OPCO « Fictif », Île-de-France", 'OPCO "Fictif" <autre@opco.example>', "", "x" * 200),
        *("a@b.example, OPCO", "Opérateur de compétences fictif " * 8 + "fin", "=?utf-8?q?OPCO?=", "OPCO \\ Fictif;"),
    ],
)
def test_any_printable_name_signs_and_leaves_one_sender(nom: str) -> None:
    relu = reread(a_mail(nom=nom))
    (expediteur,) = relu["From"].addresses
    assert expediteur.addr_spec == "mya@opco.example"
    if "=?" not in nom:  # that one is read as what it encodes
        # The library of Python 3.11 doubles a space where it folds a long name.
        assert " ".join(expediteur.display_name.split()) == nom


def test_the_headers_are_those_of_an_automatic_mail_and_no_others() -> None:
    relu = reread(a_mail())
    assert relu["Message-ID"] == "<0123456789abcdef@opco.example>"
    assert relu["Subject"] == "Votre mot de passe a été modifié"
    assert relu["Auto-Submitted"] == "auto-generated"
    assert relu["Content-Language"] == "fr"
    assert relu["Date"].datetime == AT
    entetes = ["Message-ID", "Date", "From", "To", "Subject", "Auto-Submitted", "MIME-Version"]
    assert relu.keys() == [*entetes, "Content-Type", "Content-Language"]
    assert relu.defects == []


def test_the_hour_is_the_same_instant_wherever_it_was_taken() -> None:
    ailleurs = AT.astimezone(timezone(timedelta(hours=2)))
    message = build_message(
        RENDU,
        expediteur=build_expediteur(nom="OPCO", adresse="mya@opco.example"),
        destinataire=BONNES[0],
        identifiant="a",
        at=ailleurs,
    )
    assert reread(message)["Date"].datetime == AT


def test_text_and_html_come_back_as_they_were() -> None:
    relu = reread(a_mail())
    assert relu.get_content_type() == "multipart/alternative"
    texte, html = relu.iter_parts()
    assert [part.get_content_type() for part in (texte, html)] == ["text/plain", "text/html"]  # the best one last
    assert texte.get_content().replace("\r\n", "\n") == RENDU.texte
    assert html.get_content().replace("\r\n", "\n") == RENDU.html


def test_long_lines_and_dots_and_emoji_come_back_as_they_were() -> None:
    texte = "x" * 5000 + "\n.\nFrom ici\n🎓 fin =20 \n"
    relu = reread(a_mail(rendu=Rendu(sujet="Essai", texte=texte, html="<p>x</p>\n")))
    brut = relu.as_bytes(policy=SMTP)
    assert brut.isascii()
    assert max(map(len, brut.split(b"\r\n"))) <= 998
    premier = next(iter(relu.iter_parts()))
    assert premier.get_content().replace("\r\n", "\n") == texte
