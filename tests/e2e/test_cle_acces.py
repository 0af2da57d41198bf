"""The second factor in a real browser: codes set up once, then a passkey of Chromium's own virtual authenticator."""

import socket
import time

import pyotp
from builders.navigateur import Ecran, browsing

from traitdunion.bac_a_sable.demo.server import serving


def _free_port() -> int:
    with socket.socket() as essai:
        essai.bind(("127.0.0.1", 0))
        return int(essai.getsockname()[1])


def _add_authenticator(ecran: Ecran) -> None:
    """A device that verifies its person without asking."""
    outil = ecran.page.context.new_cdp_session(ecran.page)
    outil.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    outil.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def test_codes_are_set_up_then_a_passkey_opens_the_session() -> None:
    port = _free_port()
    # WebAuthn wants a name: an IP address has no passkeys.
    reglages = {"TRAITDUNION_SECOND_FACTEUR": "oui", "TRAITDUNION_URL_PUBLIQUE": f"http://localhost:{port}"}
    with serving(port=port, conserver=None, reglages=reglages) as serveur, browsing() as navigateur:
        acces = serveur.acces["instruction"]
        ecran = Ecran(navigateur, f"http://localhost:{port}")
        _add_authenticator(ecran)
        ecran.connect(acces.utilisateur, acces.mot_de_passe)
        assert ecran.says("Mettre en place le second facteur")
        ecran.capture("second-facteur")
        secret = pyotp.TOTP(ecran.page.locator(".identifiant").inner_text().replace(" ", ""))
        pas = int(time.time()) // 30
        ecran.fill(Code_à_six_chiffres=secret.now())
        ecran.press("Mettre en place")
        assert ecran.says("Codes de secours")

        ecran.visit("/mya/moi")
        ecran.follow("Ajouter une clé d'accès")
        ecran.press("Créer la clé d'accès", vers="**/mya/moi?fait=cle")
        assert ecran.says("La clé d'accès est enregistrée")
        ecran.capture("cles-acces")

        ecran.press("Se déconnecter")
        ecran.connect(acces.utilisateur, acces.mot_de_passe)
        ecran.press("Utiliser une clé d'accès", vers="**/instruction/")
        assert ecran.says("Bonjour Dominique")

        ecran.press("Se déconnecter")
        ecran.connect(acces.utilisateur, acces.mot_de_passe)
        # The codes still open it; the one that was used does not.
        while int(time.time()) // 30 == pas:
            time.sleep(0.5)
        ecran.page.get_by_label("Code à six chiffres", exact=False).fill(secret.now())
        ecran.press("Continuer")
        ecran.page.wait_for_url("**/instruction/")

        ecran.visit("/mya/moi")
        ecran.press("Retirer Mon appareil")
        assert ecran.says("La clé d'accès est retirée")
        ecran.close()
