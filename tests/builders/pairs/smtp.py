"""A small SMTP server (RFC 5321) on 127.0.0.1, with STARTTLS or TLS, that may also refuse, hang up or say nothing."""

import asyncio
import base64
import contextlib
import ssl
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from ipaddress import IPv4Address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

HOTE = "127.0.0.1"
ACCUEIL = "ACCUEIL"  # the server's first line
CONTENU = "CONTENU"  # its answer once the whole mail is there
SILENCE = "SILENCE"  # no answer, the connection stays open
COUPURE = "COUPURE"  # the connection is closed without an answer


@dataclass(frozen=True, kw_only=True)
class Recu:
    """A mail that the server took."""

    expediteur: str
    destinataires: tuple[str, ...]
    octets: bytes
    chiffre: bool
    compte: str | None

    @property
    def message(self) -> EmailMessage:
        """The mail as a mail program reads it."""
        message = message_from_bytes(self.octets, policy=policy.default)
        assert isinstance(message, EmailMessage)
        return message


@dataclass(kw_only=True)
class PairSmtp:
    """What the server is, and what it saw; `reponses` gives its answer to a verb, to ACCUEIL or to CONTENU."""

    contexte: ssl.SSLContext | None = None
    starttls: bool = False
    compte: tuple[str, str] | None = None
    reponses: dict[str, str] = field(default_factory=dict)
    port: int = 0
    recus: list[Recu] = field(default_factory=list)
    verbes: list[str] = field(default_factory=list)
    en_clair: bytes = b""
    connexions: int = 0
    fini: asyncio.Event = field(default_factory=asyncio.Event)
    _taches: set["asyncio.Task[None]"] = field(default_factory=set)

    async def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection, to its end."""
        tache = asyncio.current_task()
        assert tache is not None
        self._taches.add(tache)
        self.connexions += 1
        try:
            await _Dialogue(self, reader, writer).run()
        except (OSError, EOFError):  # the client left, or refused the certificate
            pass
        finally:
            self._taches.discard(tache)
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    async def aclose(self) -> None:
        """End the connections that are still open."""
        self.fini.set()
        for tache in list(self._taches):
            tache.cancel()
        await asyncio.gather(*self._taches, return_exceptions=True)


class _Dialogue:
    """One connection."""

    def __init__(self, pair: PairSmtp, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._pair, self._reader, self._writer = pair, reader, writer
        self._chiffre = pair.contexte is not None and not pair.starttls
        self._compte: str | None = None
        self._expediteur = ""
        self._destinataires: list[str] = []

    async def run(self) -> None:
        if not await self._say(ACCUEIL, "220 essai ESMTP"):
            return
        while ligne := await self._reader.readline():
            if not self._chiffre:
                self._pair.en_clair += ligne
            verbe, _, reste = ligne.decode().strip().partition(" ")
            verbe = verbe.upper()
            self._pair.verbes.append(verbe)
            if not await self._answer(verbe, reste):
                return

    async def _answer(self, verbe: str, reste: str) -> bool:
        if verbe == "EHLO":
            return await self._say(verbe, *self._offers())
        if verbe == "STARTTLS" and self._pair.contexte is not None:
            suite = await self._say(verbe, "220 Ready")
            if suite and verbe not in self._pair.reponses:
                await self._writer.start_tls(self._pair.contexte)
                self._chiffre = True
            return suite
        if verbe == "AUTH":
            return await self._say(verbe, "235 OK" if self._knows(reste) else "535 5.7.8 compte inconnu")
        if verbe == "MAIL":
            self._expediteur, self._destinataires = _path(reste), []
            return await self._say(verbe, "250 OK")
        if verbe == "RCPT":
            self._destinataires.append(_path(reste))
            return await self._say(verbe, "250 OK")
        if verbe == "DATA":
            return await self._data()
        if verbe == "QUIT":
            await self._say(verbe, "221 Bye")
            return False
        return await self._say(verbe, "250 OK" if verbe in ("RSET", "NOOP", "HELO") else "502 unknown")

    async def _data(self) -> bool:
        if not await self._say("DATA", "354 Go"):
            return False
        if "DATA" in self._pair.reponses:
            return True
        lignes: list[bytes] = []
        while (ligne := await self._reader.readline()) != b".\r\n":
            if not ligne.endswith(b"\r\n"):
                raise EOFError
            lignes.append(ligne.removeprefix(b"."))  # RFC 5321 §4.5.2
        recu = Recu(
            expediteur=self._expediteur,
            destinataires=tuple(self._destinataires),
            octets=b"".join(lignes),
            chiffre=self._chiffre,
            compte=self._compte,
        )
        if CONTENU not in self._pair.reponses:
            self._pair.recus.append(recu)
        return await self._say(CONTENU, "250 OK")

    async def _say(self, moment: str, *lignes: str) -> bool:
        """Answer, or what the test wants instead; whether the dialogue goes on."""
        voulue = self._pair.reponses.get(moment)
        if voulue is None and (destinataires := self._destinataires) and moment == "RCPT":
            voulue = self._pair.reponses.get(f"RCPT {destinataires[-1]}")
        if voulue == SILENCE:
            await self._pair.fini.wait()
        if voulue in (SILENCE, COUPURE):
            return False
        texte = "\r\n".join(lignes if voulue is None else [voulue]) + "\r\n"
        self._writer.write(texte.encode())
        await self._writer.drain()
        return voulue is None or not voulue.startswith("421")

    def _offers(self) -> list[str]:
        offres = ["essai"]
        if self._pair.starttls and not self._chiffre:
            offres.append("STARTTLS")
        if self._pair.compte is not None and self._chiffre:
            offres.append("AUTH PLAIN")
        return [f"250-{offre}" for offre in offres[:-1]] + [f"250 {offres[-1]}"]

    def _knows(self, reste: str) -> bool:
        _, utilisateur, mot_de_passe = base64.b64decode(reste.split()[1]).decode().split("\0")
        if (utilisateur, mot_de_passe) != self._pair.compte:
            return False
        self._compte = utilisateur
        return True


@contextlib.asynccontextmanager
async def serving_smtp(
    *,
    contexte: ssl.SSLContext | None = None,
    starttls: bool = False,
    compte: tuple[str, str] | None = None,
    reponses: Mapping[str, str] | None = None,
) -> AsyncIterator[PairSmtp]:
    """A running server. With `contexte`, it speaks TLS: from the first byte, or at STARTTLS if `starttls`."""
    pair = PairSmtp(contexte=contexte, starttls=starttls, compte=compte, reponses=dict(reponses or {}))
    direct = None if starttls else contexte
    serveur = await asyncio.start_server(pair.accept, HOTE, 0, ssl=direct)
    pair.port = serveur.sockets[0].getsockname()[1]
    try:
        yield pair
    finally:
        serveur.close()
        await pair.aclose()


def tls_contexts(dossier: Path, *, adresse: str = HOTE) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """The server's context, with a self-signed certificate for `adresse`, and that of a client which trusts it."""
    cle = ec.generate_private_key(ec.SECP256R1())
    nom = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "essai")])
    maintenant = datetime.now(UTC)
    certificat = (
        x509.CertificateBuilder()
        .subject_name(nom)
        .issuer_name(nom)
        .public_key(cle.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(maintenant - timedelta(hours=1))
        .not_valid_after(maintenant + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(IPv4Address(adresse))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(cle, hashes.SHA256())
    )
    public = certificat.public_bytes(serialization.Encoding.PEM)
    prive = cle.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    fichier = dossier / "smtp.pem"
    fichier.write_bytes(prive + public)
    serveur = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serveur.load_cert_chain(fichier)
    return serveur, ssl.create_default_context(cadata=public.decode())


def _path(reste: str) -> str:
    """The address of « FROM:<…> » or « TO:<…> »."""
    return reste.partition("<")[2].partition(">")[0]
