"""What the diagnostic learns from the OPCO's server, and how it explains what stops it."""

import socket
import ssl
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
import stamina
from builders.opco_factice import CLE, SECRET, OpcoFactice, Panne, a_profil, coupure, inconnu, refus
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from traitdunion.cfa.diagnostic.bilan import check_liaison
from traitdunion.cfa.diagnostic.modele import Constat, Niveau, exit_code
from traitdunion.cfa.diagnostic.reseau import CONSEILS, check_serveur
from traitdunion.cfa.profil import Profil
from traitdunion.norme.erreurs import CATALOGUE

MAINTENANT = datetime(2026, 9, 1, 8, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _no_waiting() -> Iterator[None]:
    with stamina.set_testing(True, attempts=1):
        yield


def look(opco: Any, profil: Profil | None = None) -> list[Constat]:
    transport = opco if isinstance(opco, httpx.BaseTransport) else httpx.MockTransport(opco)
    return list(check_serveur(profil or a_profil(), transport=transport, clock=lambda: MAINTENANT))


def of(constats: list[Constat], sujet: str) -> Constat:
    (un,) = [un for un in constats if un.sujet == sujet]
    return un


def answering(panne: Panne, chemin: str) -> OpcoFactice:
    """An OPCO that answers so on one route, once it knows who asks."""

    class Autre(OpcoFactice):
        def _api(self, request: httpx.Request) -> httpx.Response:
            if self.jetons and request.url.path.endswith(chemin):
                return panne(request)
            return super()._api(request)

    return Autre()


def test_when_all_is_well_each_step_says_so() -> None:
    constats = look(OpcoFactice())

    assert [un.sujet for un in constats] == [
        "Liaison",
        "Connexion",
        "API",
        "Validité de la clé",
        "Accrochage",
        "Extensions",
    ]
    assert {un.niveau for un in constats} == {Niveau.BON}
    assert "v1, v2" in of(constats, "API").phrase
    assert "01/09/2027, encore 365 jours" in of(constats, "Validité de la clé").phrase
    assert "Aucune vue" in of(constats, "Extensions").phrase


def test_the_feed_is_seen_where_there_is_one() -> None:
    fil = {"evenements": [], "curseur": "x", "encore": False}
    opco = answering(lambda request: httpx.Response(200, json=fil), "/v2/evenements")

    assert "Fil des événements" in of(look(opco), "Extensions").phrase


@pytest.mark.parametrize(
    ("ecart_s", "niveau"),
    [
        (-30, Niveau.BON),
        (31, Niveau.ATTENTION),
        (-300, Niveau.ATTENTION),
        (301, Niveau.MAUVAIS),
        (9000, Niveau.MAUVAIS),
    ],
)
def test_a_clock_that_is_wrong_is_seen_by_the_server_s_date(ecart_s: int, niveau: Niveau) -> None:
    heure = format_datetime(MAINTENANT - timedelta(seconds=ecart_s), usegmt=True)
    opco = OpcoFactice(pannes=[lambda request: httpx.Response(401, headers={"Date": heure})])
    constat = of(look(opco), "Horloge")

    assert constat.niveau is niveau
    if niveau is not Niveau.BON:
        assert ("avance" if ecart_s > 0 else "retarde") in constat.phrase


def test_a_date_that_is_none_is_passed_over() -> None:
    opco = OpcoFactice(pannes=[lambda request: httpx.Response(401, headers={"Date": "demain"})])

    assert "Horloge" not in {un.sujet for un in look(opco)}


def test_a_wrong_client_stops_there_with_what_to_do() -> None:
    opco = OpcoFactice(jeton_refuse=refus(401, "CLIENT_INCONNU")(None))  # type: ignore[arg-type]
    constats = look(opco)

    assert constats[-1].sujet == "Connexion"
    assert "client secret auprès de votre éditeur" in (constats[-1].que_faire or "")
    assert exit_code(constats) == 4


@pytest.mark.parametrize("code", sorted(CONSEILS))
def test_each_reason_of_a_403_has_its_own_advice(code: str) -> None:
    constats = look(answering(refus(403, code), "/dossiers/etats"))

    assert of(constats, "Accrochage").que_faire == CONSEILS[code]
    assert exit_code(constats) == 4
    assert code in CATALOGUE


def test_a_reason_that_is_not_known_sends_to_the_opco() -> None:
    assert "OPCO" in (of(look(answering(refus(403, "AUTRE"), "/dossiers/etats")), "Accrochage").que_faire or "")


@pytest.mark.parametrize(
    ("reponse", "niveau", "dit"),
    [
        ({"status": "error", "comment": f"inconnue {CLE}"}, Niveau.MAUVAIS, "ne la reconnaît pas"),
        ({"status": "success", "dateFinValidite": "2026-08-31"}, Niveau.MAUVAIS, "Périmée depuis le 31/08/2026"),
        ({"status": "success", "dateFinValidite": "2026-09-01"}, Niveau.ATTENTION, "encore 0 jour"),
        ({"status": "success", "dateFinValidite": "2026-10-01"}, Niveau.ATTENTION, "encore 30 jour"),
        ({"status": "success", "dateFinValidite": "2026-10-02T00:00:00+00:00"}, Niveau.BON, "encore 31 jours"),
        ({"status": "success", "dateFinValidite": "bientôt"}, Niveau.ATTENTION, "ne se lit pas"),
    ],
)
def test_the_end_of_the_key_is_counted_in_days(reponse: dict[str, str], niveau: Niveau, dit: str) -> None:
    opco = answering(lambda request: httpx.Response(200, json={"comment": "", **reponse}), "/v2/cfakeyinfo")
    constat = of(look(opco), "Validité de la clé")

    assert constat.niveau is niveau
    assert dit in constat.phrase


def test_without_siren_the_key_s_end_is_not_asked() -> None:
    assert of(look(OpcoFactice(), a_profil(siren=None)), "Validité de la clé").niveau is Niveau.ATTENTION


def test_a_server_without_status_is_no_reason_to_stop() -> None:
    constats = look(answering(inconnu, "/v2/status"))

    assert of(constats, "Connexion").niveau is Niveau.BON
    assert of(constats, "API").niveau is Niveau.ATTENTION
    assert of(constats, "Accrochage").niveau is Niveau.BON


def test_an_opco_without_some_routes_is_told_and_not_blamed() -> None:
    profil = a_profil(routes={"statut": False, "lire_etats": False})
    constats = look(OpcoFactice(), profil)

    assert exit_code(constats) == 0
    assert of(constats, "Accrochage").niveau is Niveau.ATTENTION


def test_a_wrong_client_is_seen_even_where_the_server_tells_no_status() -> None:
    opco = OpcoFactice(jeton_refuse=refus(401, "CLIENT_INCONNU")(None))  # type: ignore[arg-type]
    constats = look(opco, a_profil(routes={"statut": False}, siren=None))

    assert of(constats, "Connexion").niveau is Niveau.MAUVAIS
    assert exit_code(constats) == 4


def test_a_server_that_falls_after_the_first_answer_is_told() -> None:
    opco = answering(lambda request: httpx.Response(503), "/v2/status")

    assert exit_code(look(opco)) == 5


@pytest.mark.parametrize(
    ("genre", "dit"),
    [(httpx.ProxyError, "relais"), (httpx.ReadTimeout, "à temps"), (httpx.ReadError, "coupée")],
)
def test_what_stops_the_line_is_named(genre: type[httpx.TransportError], dit: str) -> None:
    constats = look(OpcoFactice(pannes=[coupure(genre)]))

    assert [un.sujet for un in constats] == ["Liaison"]
    assert dit in constats[0].phrase
    assert exit_code(constats) == 5


def test_no_secret_is_repeated_even_when_the_server_does() -> None:
    opco = answering(
        lambda request: httpx.Response(200, json={"status": "error", "comment": f"{CLE} {SECRET}"}), "/v2/cfakeyinfo"
    )
    texte = "".join(map(str, check_liaison(a_profil(), transport=opco.transport)))

    assert "•••" in texte
    assert CLE not in texte
    assert SECRET not in texte


# Real sockets: what the machine itself answers.


def here(port: int, hote: str = "127.0.0.1") -> Profil:
    return a_profil(api=f"https://{hote}:{port}", jeton=f"https://{hote}:{port}/token", delai_s=5.0)


def test_a_port_that_nobody_holds_is_told() -> None:
    with socket.socket() as prise:
        prise.bind(("127.0.0.1", 0))
        (constat,) = check_serveur(here(prise.getsockname()[1]))

    assert "refuse la liaison" in constat.phrase


def test_a_name_that_nobody_knows_is_told() -> None:
    (constat,) = check_serveur(here(443, "opco.exemple.invalid"))

    assert "DNS" in constat.phrase


@pytest.fixture
def autorite(tmp_path: Path) -> Iterator[tuple[Path, int]]:
    """A server behind a company's own certificate: the certificate's file, and the port."""
    cle = ec.generate_private_key(ec.SECP256R1())
    nom = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Autorité FICTIVE")])
    certificat = (
        x509.CertificateBuilder(nom, nom, cle.public_key(), x509.random_serial_number())
        .not_valid_before(datetime.now(UTC) - timedelta(days=1))
        .not_valid_after(datetime.now(UTC) + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(cle, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    fichier, prive = tmp_path / "autorite.pem", tmp_path / "cle.pem"
    fichier.write_bytes(certificat.public_bytes(pem))
    prive.write_bytes(cle.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
    contexte = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    contexte.load_cert_chain(fichier, prive)
    ecoute = socket.create_server(("127.0.0.1", 0))
    fil = threading.Thread(target=_serve_once, args=(ecoute, contexte), daemon=True)
    fil.start()
    yield fichier, ecoute.getsockname()[1]
    ecoute.shutdown(socket.SHUT_RDWR)  # wakes the one that waits
    ecoute.close()
    fil.join(5)


def _serve_once(ecoute: socket.socket, contexte: ssl.SSLContext) -> None:
    """Answer 503 to whoever comes, until the socket closes."""
    reponse = b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    while True:
        try:
            prise, _ = ecoute.accept()
        except OSError:
            return
        try:
            with contexte.wrap_socket(prise, server_side=True) as chiffree:
                chiffree.recv(65536)
                chiffree.sendall(reponse)
        except OSError:
            continue


def test_a_certificate_that_this_machine_does_not_know_is_told(
    autorite: tuple[Path, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    (constat,) = check_serveur(here(autorite[1], "localhost"))

    assert "n'est pas reconnu" in constat.phrase
    assert "SSL_CERT_FILE" in (constat.que_faire or "")


def test_the_company_s_authority_is_honoured(autorite: tuple[Path, int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(autorite[0]))
    constats = list(check_serveur(here(autorite[1], "localhost")))

    assert of(constats, "Liaison").niveau is Niveau.BON


def test_settings_of_certificates_that_cannot_be_used_are_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "absent.pem"))
    (constat,) = check_serveur(here(9))

    assert "certificats" in constat.phrase


def test_a_company_s_proxy_that_refuses_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as relais:

        def refuse() -> None:
            prise, _ = relais.accept()
            with prise:
                prise.recv(65536)
                prise.sendall(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")

        fil = threading.Thread(target=refuse)
        fil.start()
        monkeypatch.setenv("HTTPS_PROXY", f"http://moi:motdepasse@127.0.0.1:{relais.getsockname()[1]}")
        (constat,) = check_serveur(a_profil())
        fil.join(5)

    assert "relais (proxy)" in constat.phrase
    assert "motdepasse" not in f"{constat}"


def test_a_proxy_whose_address_means_nothing_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "ftp://relais:3128")
    (constat,) = check_serveur(a_profil())

    assert "HTTPS_PROXY" in (constat.que_faire or "")
