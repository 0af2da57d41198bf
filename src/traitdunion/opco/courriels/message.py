"""The envelope: headers, text and HTML. An address that could add a header, or a second recipient, is refused."""

import re
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from traitdunion.opco.courriels.modeles import Rendu

ADRESSE_MAX = 254  # RFC 5321 §4.5.3.1.3, the angle brackets deducted
# What a browser's e-mail field admits (HTML, « valid e-mail address »): ASCII, one @, no space, no comma, no quote.
_ETIQUETTE = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
ADRESSE = re.compile(rf"[\w.!#$%&'*+/=?^`{{|}}~-]{{1,64}}@{_ETIQUETTE}(?:\.{_ETIQUETTE})*", re.ASCII)


def check_adresse(adresse: str) -> None:
    """Raise ValueError when this is not one plain e-mail address; the text does not quote it."""
    if len(adresse) > ADRESSE_MAX or not ADRESSE.fullmatch(adresse):
        raise ValueError("not an e-mail address")
    try:
        Address(addr_spec=adresse)
    except Exception:  # the library's own classes quote the address
        raise ValueError("not an e-mail address") from None


def build_expediteur(*, nom: str, adresse: str) -> Address:
    """The sender, « nom <adresse> ». Raises ValueError when either cannot stand in a header."""
    check_adresse(adresse)
    if not nom.isprintable():
        raise ValueError("the sender's name holds a control character")
    return Address(display_name=nom, addr_spec=adresse)


def build_message(
    rendu: Rendu, *, expediteur: Address, destinataire: str, identifiant: str, at: datetime
) -> EmailMessage:
    """Text and HTML (multipart/alternative), marked as automatic so that no answering machine answers (RFC 3834).

    `identifiant` is the left part of the Message-ID: the same mail sent twice has the same one.
    """
    check_adresse(destinataire)
    message = EmailMessage(policy=SMTP)
    message["Message-ID"] = f"<{identifiant}@{expediteur.domain}>"
    message["Date"] = format_datetime(at)
    message["From"] = expediteur
    message["To"] = Address(addr_spec=destinataire)
    message["Subject"] = rendu.sujet
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(rendu.texte, cte="quoted-printable")
    message.add_alternative(rendu.html, subtype="html", cte="quoted-printable")
    message["Content-Language"] = "fr"  # now: what is set before goes down into the first part
    return message
