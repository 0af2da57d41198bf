"""Mail through SMTP (RFC 5321), by the standard library, in a thread.

`smtp://user:password@host:587` starts in clear and asks for TLS (STARTTLS, RFC 3207) before saying anything: a server
that does not offer it is refused. `smtps://…:465` speaks TLS from the first byte (RFC 8314). A relay of the internal
network without TLS is said to be one, `smtp://host:25?chiffrement=aucun`, and then no password is given to it.
"""

import asyncio
import smtplib
import socket
import ssl
from contextlib import suppress
from dataclasses import dataclass, field
from email.message import EmailMessage
from enum import Enum
from urllib.parse import parse_qs, unquote, urlsplit

from traitdunion.opco.socle.courriel.port import EnvoiImpossible, MessageRefuse

DELAI_SECONDES = 15.0  # silence of the server
# The whole of a sending. Below the 60 s that the database leaves to a transaction which waits for it (socle.database).
DUREE_MAX_SECONDES = 40.0
FERMETURE = 421  # « service not available, closing transmission channel »: about the server, not about the mail


class AdresseSmtpInvalide(ValueError):
    """The address of the mail server cannot be used; the text is French and quotes nothing of it."""


class Chiffrement(Enum):
    """When the connection is encrypted."""

    TLS = "tls"  # from the first byte
    STARTTLS = "starttls"  # before anything is said
    AUCUN = "aucun"


PORTS = {Chiffrement.TLS: 465, Chiffrement.STARTTLS: 587, Chiffrement.AUCUN: 25}


@dataclass(frozen=True, slots=True, kw_only=True)
class Serveur:
    """A mail server and how to speak to it; its account never shows."""

    hote: str
    port: int
    chiffrement: Chiffrement
    utilisateur: str | None = field(default=None, repr=False)
    mot_de_passe: str | None = field(default=None, repr=False)


def read_url(url: str) -> Serveur:
    """Read the address of a mail server. Raises AdresseSmtpInvalide."""
    try:
        parties = urlsplit(url)
        port = parties.port
        options = parse_qs(parties.query, strict_parsing=True) if parties.query else {}
    except ValueError:
        # The library's sentence may quote a piece of the password.
        raise AdresseSmtpInvalide("L'adresse du serveur de courriel est illisible.") from None
    # A password with « # » or « / » that is not percent-encoded cuts the address short: it ends elsewhere than meant.
    entiere = parties.hostname and parties.path in ("", "/") and not parties.fragment
    if parties.scheme not in ("smtp", "smtps") or not entiere:
        raise AdresseSmtpInvalide("L'adresse du serveur de courriel s'écrit smtp://… ou smtps://…, suivi de l'hôte.")
    chiffrement = Chiffrement.TLS if parties.scheme == "smtps" else Chiffrement.STARTTLS
    if options:
        if options != {"chiffrement": ["aucun"]} or parties.scheme != "smtp":
            raise AdresseSmtpInvalide("Après l'hôte, smtp:// n'admet que « ?chiffrement=aucun ».")
        chiffrement = Chiffrement.AUCUN
    utilisateur, mot_de_passe = (unquote(partie) if partie else None for partie in (parties.username, parties.password))
    if (utilisateur is None) != (mot_de_passe is None):
        raise AdresseSmtpInvalide("L'adresse du serveur de courriel porte un compte et son mot de passe, ou aucun.")
    if utilisateur is not None and chiffrement is Chiffrement.AUCUN:
        raise AdresseSmtpInvalide("Un mot de passe ne part pas sans chiffrement vers le serveur de courriel.")
    if utilisateur is not None and mot_de_passe is not None and not (utilisateur + mot_de_passe).isascii():
        # smtplib knows no other: it would fail at every mail.
        raise AdresseSmtpInvalide("Le compte du serveur de courriel et son mot de passe s'écrivent sans accent.")
    assert parties.hostname is not None  # `entiere` says so
    return Serveur(
        hote=parties.hostname,
        port=PORTS[chiffrement] if port is None else port,
        chiffrement=chiffrement,
        utilisateur=utilisateur,
        mot_de_passe=mot_de_passe,
    )


class SmtpPostier:
    """One connection per mail. Times in seconds; `contexte` is for tests, whose server has a certificate of its own."""

    def __init__(
        self,
        serveur: Serveur,
        *,
        delai: float = DELAI_SECONDES,
        duree_max: float = DUREE_MAX_SECONDES,
        contexte: ssl.SSLContext | None = None,
    ) -> None:
        self._serveur = serveur
        self._delai = delai
        self._duree_max = duree_max
        self._contexte = contexte or ssl.create_default_context()

    @classmethod
    def from_url(cls, url: str) -> "SmtpPostier":
        """A postier for this address. Raises AdresseSmtpInvalide."""
        return cls(read_url(url))

    def __repr__(self) -> str:
        return f"SmtpPostier({self._serveur!r})"

    async def send(self, message: EmailMessage) -> None:
        """See the port."""
        prise: list[socket.socket] = []
        try:
            async with asyncio.timeout(self._duree_max):
                await asyncio.to_thread(self._send, message, prise)
        except TimeoutError:
            # The thread waits in the socket's hands: ended from below, it ends too. By the base class, since TLS's own
            # `shutdown` drops its state under the feet of the other thread.
            for ouverte in prise:
                with suppress(OSError):
                    socket.socket.shutdown(ouverte, socket.SHUT_RDWR)
            raise EnvoiImpossible("the mail server is too slow") from None

    def _send(self, message: EmailMessage, prise: list[socket.socket]) -> None:
        """Send, in a thread; `prise` receives the socket. The library's errors quote addresses: they stop here."""
        client: smtplib.SMTP | None = None
        try:
            client = self._connect()
            prise[:] = [client.sock] if client.sock is not None else []
            self._open(client)
            prise[:] = [client.sock] if client.sock is not None else []
            _hand_over(client, message)
        except (smtplib.SMTPException, OSError, ValueError) as erreur:
            raise _explained(erreur) from None
        finally:
            if client is not None:
                _close(client)

    def _connect(self) -> smtplib.SMTP:
        s = self._serveur
        if s.chiffrement is Chiffrement.TLS:
            return smtplib.SMTP_SSL(s.hote, s.port, timeout=self._delai, context=self._contexte)
        return smtplib.SMTP(s.hote, s.port, timeout=self._delai)

    def _open(self, client: smtplib.SMTP) -> None:
        """TLS, then the account."""
        if self._serveur.chiffrement is Chiffrement.STARTTLS:
            client.starttls(context=self._contexte)  # raises when it is not offered
        if self._serveur.utilisateur is not None and self._serveur.mot_de_passe is not None:
            client.login(self._serveur.utilisateur, self._serveur.mot_de_passe)


def _hand_over(client: smtplib.SMTP, message: EmailMessage) -> None:
    try:
        client.send_message(message)
    except ValueError as erreur:  # a header that the library refuses to write: about the mail, not about the server
        raise MessageRefuse(type(erreur).__name__) from None


def _close(client: smtplib.SMTP) -> None:
    """Say goodbye. The mail is accepted or not by now: a server that hangs up first changes nothing."""
    with suppress(smtplib.SMTPException, OSError, ValueError):
        client.quit()
    with suppress(OSError):
        client.close()


def _explained(erreur: Exception) -> EnvoiImpossible:
    """The port's error: the kind and the server's code, without its text."""
    nom = type(erreur).__name__
    if isinstance(erreur, smtplib.SMTPRecipientsRefused):
        codes = sorted({code for code, _ in erreur.recipients.values()})
        genre = EnvoiImpossible if FERMETURE in codes else MessageRefuse
        return genre(f"{nom} {' '.join(map(str, codes))}")
    if isinstance(erreur, smtplib.SMTPResponseException):
        # What it says once it has the mail may be about its content, even if it asks for another try.
        du_message = isinstance(erreur, smtplib.SMTPDataError) and erreur.smtp_code != FERMETURE
        return (MessageRefuse if du_message else EnvoiImpossible)(f"{nom} {erreur.smtp_code}")
    return EnvoiImpossible(nom)
