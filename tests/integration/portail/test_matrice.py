"""Who gets what: every page and every route of the running application, as nobody, as each role, as another SIREN.

The list of routes is read from the application: one without a line here fails. Objects of the other SIREN exist.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from builders import envois, fichiers
from builders.factures.envoi import send_avoir, send_facture, set_iban
from builders.factures.paiement import accept, order, pay
from builders.instruction import an_agent, an_engaged
from builders.portail import MOT_DE_PASSE, Visiteur, a_visitor, an_account, connected
from builders.serveur import SIREN, SIREN_AUTRE, SIRET, SIRET_AUTRE, Serveur

from traitdunion.norme.routes import ROUTES, Acces
from traitdunion.opco.api.application import ANNEXES
from traitdunion.opco.comptes.roles import CFA, OPCO, Role
from traitdunion.opco.demandes.service import Auteur
from traitdunion.opco.demandes.states import TypeDemande
from traitdunion.opco.modifications.service import TypeModification

pytestmark = pytest.mark.anyio
TOUS = frozenset(Role)
ECRIVENT = frozenset({Role.CFA_ADMINISTRATEUR, Role.CFA_GESTIONNAIRE})
EMPLOYEURS = frozenset({Role.EMPLOYEUR})
ADMIN_CFA = frozenset({Role.CFA_ADMINISTRATEUR})
TRANCHENT = frozenset({Role.OPCO_COMPTABLE, Role.OPCO_ADMINISTRATEUR})
MYA = CFA | {Role.EMPLOYEUR}
EDITEUR = frozenset({Role.EDITEUR})
ADMIN = frozenset({Role.OPCO_ADMINISTRATEUR})
REPONDENT = frozenset({Role.OPCO_GESTIONNAIRE, Role.OPCO_ADMINISTRATEUR})
REUSSI = (200, 303, 400, 409)  # admitted: what the form holds, or the state, is another test's affair
LIBRE, CONNEXION, AILLEURS = "libre", "connexion", "ailleurs"


@dataclass(frozen=True)
class Ligne:
    """One route: who is admitted (`LIBRE`: anybody), an address of an object of the first SIREN, what is sent.

    `autre`: what the same role of another SIREN gets: its own page (LIBRE), or 404 (AILLEURS).
    """

    admis: frozenset[Role] | str
    chemin: str = ""
    autre: str = LIBRE
    corps: dict[str, str] = field(default_factory=dict)
    absent: bool = False  # the object is nobody's: what is one's own cannot be known here
    etrangers: frozenset[Role] = frozenset()  # admitted to such pages, but the CFA's object is not theirs


D, DEM, ORG = "/mya/dossiers/CA-0000001", "/mya/demandes/1", f"/instruction/administration/organisations/{SIREN}"
FAC = "/mya/factures/1"
ADM, INS = "/instruction/administration", "/instruction/dossiers/CA-0000001"
PAI = "/instruction/paiements"
RECUE = "/instruction/factures/3"
RECUE_PDF = f"{RECUE}/documents/6"
LIGNES: dict[str, Ligne] = {
    "GET /": Ligne(LIBRE),
    "GET /mya/connexion": Ligne(LIBRE),
    "POST /mya/connexion": Ligne(LIBRE, corps={"utilisateur": "inconnu", "mot_de_passe": "inconnu"}),
    "GET /mya/oubli": Ligne(LIBRE),
    "POST /mya/oubli": Ligne(LIBRE, corps={"utilisateur": "inconnu"}),
    "GET /mya/lien/{jeton:str}": Ligne(LIBRE, "/mya/lien/inconnu"),
    "GET /mya/mot-de-passe": Ligne(LIBRE),
    "POST /mya/mot-de-passe": Ligne(LIBRE),
    "GET /mya/code": Ligne(TOUS),
    "POST /mya/code": Ligne(TOUS),
    "POST /mya/deconnexion": Ligne(LIBRE),
    "GET /mya/guide": Ligne(LIBRE),
    "GET /mya/accessibilite": Ligne(LIBRE),
    "GET /mya/mentions-legales": Ligne(LIBRE),
    "GET /mya/donnees-personnelles": Ligne(LIBRE),
    "GET /mya": Ligne(MYA),
    "GET /mya/compte": Ligne(CFA),
    "POST /mya/compte/identifiant/lire": Ligne(CFA, autre=AILLEURS, corps={"cle": "1"}),
    "GET /mya/compte/identifiant": Ligne(CFA),
    "POST /mya/compte/identifiant": Ligne(frozenset({Role.CFA_ADMINISTRATEUR}), corps={"chevauchement": "7"}),
    "GET /mya/compte/contacts": Ligne(CFA),
    "POST /mya/compte/contacts": Ligne(ECRIVENT, corps={"contact": "999", "retirer": "oui"}),
    "GET /mya/compte/droits": Ligne(CFA),
    "POST /mya/compte/droits": Ligne(ADMIN_CFA, corps={"role": "CFA_LECTEUR", "siret": SIRET}, autre=AILLEURS),
    "POST /mya/compte/droits/{compte:int}": Ligne(ADMIN_CFA, "/mya/compte/droits/1", AILLEURS, {"inviter": "oui"}),
    "GET /mya/compte/banque": Ligne(CFA),
    "GET /mya/compte/modifications": Ligne(CFA),
    "POST /mya/compte/modifications": Ligne(ADMIN_CFA, corps={"type": "IBAN"}),
    "POST /mya/compte/modifications/{numero:int}/retirer": Ligne(
        ADMIN_CFA, "/mya/compte/modifications/1/retirer", AILLEURS
    ),
    "GET /mya/moi": Ligne(TOUS),
    "POST /mya/moi/mot-de-passe": Ligne(TOUS, corps={"mot_de_passe": MOT_DE_PASSE, "nouveau": "trop court"}),
    "POST /mya/moi/sessions/fermer": Ligne(TOUS),
    "POST /mya/moi/sessions/{session:int}/fermer": Ligne(TOUS, "/mya/moi/sessions/999/fermer", absent=True),
    "GET /mya/moi/second-facteur": Ligne(TOUS),
    "POST /mya/moi/second-facteur": Ligne(TOUS),
    "POST /mya/moi/second-facteur/retirer": Ligne(TOUS),
    "POST /mya/moi/codes": Ligne(TOUS),
    "GET /mya/moi/cles-acces": Ligne(TOUS),
    "POST /mya/moi/cles-acces": Ligne(TOUS),
    "POST /mya/moi/cles-acces/{cle:int}/retirer": Ligne(TOUS, "/mya/moi/cles-acces/999/retirer", absent=True),
    "GET /mya/dossiers": Ligne(MYA),
    "GET /mya/dossiers/export.csv": Ligne(MYA),
    "GET /mya/dossiers/export.xlsx": Ligne(MYA),
    "GET /mya/dossiers/{numero:str}": Ligne(MYA, D, AILLEURS),
    "GET /mya/dossiers/{numero:str}/annuler": Ligne(ECRIVENT, f"{D}/annuler", AILLEURS),
    "POST /mya/dossiers/{numero:str}/annuler": Ligne(ECRIVENT, f"{D}/annuler", AILLEURS),
    "GET /mya/dossiers/{numero:str}/documents/{document:int}": Ligne(MYA, f"{D}/documents/1", AILLEURS),
    "GET /mya/dossiers/{numero:str}/recepisse": Ligne(MYA, f"{D}/recepisse", AILLEURS),
    "GET /mya/dossiers/{numero:str}/documents/{document:int}/recepisse": Ligne(
        MYA, f"{D}/documents/1/recepisse", AILLEURS
    ),
    "POST /mya/dossiers/{numero:str}/repondre": Ligne(ECRIVENT, f"{D}/repondre", AILLEURS),
    "GET /mya/factures": Ligne(CFA),
    "GET /mya/factures/export.csv": Ligne(CFA),
    "GET /mya/factures/export.xlsx": Ligne(CFA),
    "GET /mya/factures/{numero:int}": Ligne(CFA, FAC, AILLEURS),
    "GET /mya/factures/{numero:int}/documents/{document:int}": Ligne(CFA, f"{FAC}/documents/2", AILLEURS),
    "GET /mya/factures/{numero:int}/documents/{document:int}/recepisse": Ligne(
        CFA, f"{FAC}/documents/2/recepisse", AILLEURS
    ),
    "POST /mya/factures/{numero:int}/pieces": Ligne(ECRIVENT, f"{FAC}/pieces", AILLEURS),
    "GET /mya/accrochage": Ligne(CFA),
    # A software is shown to every CFA; a suspension is of one's own accrochage.
    "GET /mya/accrochage/{logiciel:int}": Ligne(ECRIVENT, "/mya/accrochage/1"),
    "POST /mya/accrochage/{logiciel:int}": Ligne(ECRIVENT, "/mya/accrochage/1"),
    "POST /mya/accrochage/{logiciel:int}/suspendre": Ligne(ECRIVENT, "/mya/accrochage/1/suspendre"),
    "GET /mya/demandes": Ligne(MYA),
    "GET /mya/demandes/nouvelle": Ligne(ECRIVENT | {Role.EMPLOYEUR}),
    "POST /mya/demandes/nouvelle": Ligne(ECRIVENT | {Role.EMPLOYEUR}, corps={"type": "AUTRE"}),
    "GET /mya/demandes/{numero:int}": Ligne(MYA, DEM, AILLEURS, etrangers=EMPLOYEURS),
    "POST /mya/demandes/{numero:int}": Ligne(ECRIVENT | {Role.EMPLOYEUR}, DEM, AILLEURS, etrangers=EMPLOYEURS),
    "POST /mya/demandes/{numero:int}/clore": Ligne(
        ECRIVENT | {Role.EMPLOYEUR}, f"{DEM}/clore", AILLEURS, etrangers=EMPLOYEURS
    ),
    "GET /mya/demandes/{numero:int}/documents/{document:int}": Ligne(
        MYA, f"{DEM}/documents/2", AILLEURS, etrangers=EMPLOYEURS
    ),
    "GET /editeur": Ligne(EDITEUR),
    "POST /editeur/logiciels": Ligne(EDITEUR, corps={"nom": "Un logiciel"}),
    "POST /editeur/demandes/{numero:int}/possible": Ligne(EDITEUR, "/editeur/demandes/1/possible", AILLEURS),
    "GET /editeur/secret": Ligne(EDITEUR),
    "POST /editeur/secret": Ligne(EDITEUR, corps={"chevauchement": "7"}),
    "POST /editeur/secret/{secret:int}/revoquer": Ligne(EDITEUR, "/editeur/secret/99/revoquer"),
    "GET /editeur/cfa": Ligne(EDITEUR),
    "GET /editeur/appels": Ligne(EDITEUR),
    "GET /editeur/remise/{jeton:str}": Ligne(LIBRE, "/editeur/remise/inconnu"),
    "POST /editeur/remise/{jeton:str}": Ligne(LIBRE, "/editeur/remise/inconnu"),
    "GET /instruction": Ligne(OPCO),
    "GET /instruction/dossiers": Ligne(OPCO),
    "GET /instruction/dossiers/{numero:str}": Ligne(OPCO, INS),
    "GET /instruction/dossiers/{numero:str}/suivant": Ligne(OPCO, f"{INS}/suivant"),
    "GET /instruction/dossiers/{numero:str}/documents/{document:int}": Ligne(OPCO, f"{INS}/documents/1"),
    "GET /instruction/dossiers/{numero:str}/documents/{document:int}/pages": Ligne(OPCO, f"{INS}/documents/1/pages"),
    "GET /instruction/dossiers/{numero:str}/documents/{document:int}/pages/{page:int}": Ligne(
        OPCO, f"{INS}/documents/1/pages/1"
    ),
    "GET /instruction/dossiers/{numero:str}/accord": Ligne(REPONDENT, f"{INS}/accord"),
    **{
        f"POST /instruction/dossiers/{{numero:str}}/{acte}": Ligne(REPONDENT, f"{INS}/{acte}")
        for acte in (
            *(
                "commencer",
                "affecter",
                "mandat",
                "information",
                "refus",
                "annulation",
                "accord",
                "accord/calcul",
                "regularisation",
            ),
            *("rupture", "rupture/confirmer", "rupture/ecarter", "solde", "deca"),
        )
    },
    "GET /instruction/factures": Ligne(OPCO),
    "GET /instruction/factures/{numero:int}": Ligne(OPCO, RECUE),
    "GET /instruction/factures/{numero:int}/suivante": Ligne(OPCO, f"{RECUE}/suivante"),
    "GET /instruction/factures/{numero:int}/accepter": Ligne(OPCO, f"{RECUE}/accepter"),
    "POST /instruction/factures/{numero:int}/confirmer": Ligne(OPCO, f"{RECUE}/confirmer"),
    "POST /instruction/factures/{numero:int}/decision": Ligne(OPCO, f"{RECUE}/decision"),
    "GET /instruction/factures/{numero:int}/documents/{document:int}": Ligne(OPCO, RECUE_PDF),
    "GET /instruction/factures/{numero:int}/documents/{document:int}/pages": Ligne(OPCO, f"{RECUE_PDF}/pages"),
    "GET /instruction/factures/{numero:int}/documents/{document:int}/pages/{page:int}": Ligne(
        OPCO, f"{RECUE_PDF}/pages/1"
    ),
    f"GET {PAI}": Ligne(OPCO),
    f"POST {PAI}/lots/confirmer": Ligne(TRANCHENT),
    f"POST {PAI}/lots": Ligne(TRANCHENT),
    f"GET {PAI}/lots/{{lot:int}}": Ligne(OPCO, f"{PAI}/lots/1"),
    f"POST {PAI}/lots/{{lot:int}}/fichier": Ligne(TRANCHENT, f"{PAI}/lots/1/fichier"),
    f"POST {PAI}/lots/{{lot:int}}/annuler": Ligne(TRANCHENT, f"{PAI}/lots/1/annuler"),
    f"GET {PAI}/banque": Ligne(OPCO),
    f"POST {PAI}/banque": Ligne(TRANCHENT),
    f"GET {PAI}/banque/{{retour:int}}": Ligne(OPCO, f"{PAI}/banque/1"),
    f"GET {PAI}/trop-percus": Ligne(OPCO),
    f"GET {PAI}/trop-percus/{{numero:str}}": Ligne(OPCO, f"{PAI}/trop-percus/CA-0000003"),
    f"POST {PAI}/trop-percus/{{numero:str}}": Ligne(TRANCHENT, f"{PAI}/trop-percus/CA-0000003"),
    f"GET {PAI}/comptes": Ligne(TRANCHENT),
    f"POST {PAI}/comptes": Ligne(TRANCHENT),
    "GET /instruction/parametres": Ligne(OPCO),
    "GET /instruction/parametres/{cle:str}": Ligne(OPCO, "/instruction/parametres/base_jours"),
    "POST /instruction/parametres/{cle:str}": Ligne(ADMIN, "/instruction/parametres/base_jours"),
    "POST /instruction/parametres/{cle:str}/{numero:int}/retirer": Ligne(
        ADMIN, "/instruction/parametres/base_jours/1/retirer"
    ),
    f"GET {ADM}": Ligne(OPCO),
    f"POST {ADM}/organisations": Ligne(ADMIN),
    f"GET {ADM}/organisations/{{siren:str}}": Ligne(OPCO, ORG),
    f"POST {ADM}/organisations/{{siren:str}}/siege": Ligne(ADMIN, f"{ORG}/siege", corps={"siret": SIRET}),
    f"POST {ADM}/organisations/{{siren:str}}/cles/{{cle:int}}/revoquer": Ligne(ADMIN, f"{ORG}/cles/1/revoquer"),
    f"POST {ADM}/organisations/{{siren:str}}/accrochages/{{editeur:int}}": Ligne(ADMIN, f"{ORG}/accrochages/1"),
    f"GET {ADM}/comptes": Ligne(OPCO),
    f"POST {ADM}/comptes": Ligne(ADMIN, corps={"role": "OPCO_COMPTABLE"}),
    f"POST {ADM}/comptes/{{compte:int}}": Ligne(ADMIN, f"{ADM}/comptes/999", corps={"inviter": "oui"}),
    f"GET {ADM}/editeurs": Ligne(OPCO),
    f"POST {ADM}/editeurs": Ligne(ADMIN),
    f"GET {ADM}/editeurs/{{editeur:int}}": Ligne(OPCO, f"{ADM}/editeurs/1"),
    f"POST {ADM}/editeurs/{{editeur:int}}/remettre": Ligne(ADMIN, f"{ADM}/editeurs/1/remettre"),
    f"POST {ADM}/editeurs/{{editeur:int}}/etat": Ligne(ADMIN, f"{ADM}/editeurs/1/etat", corps={"retablir": "oui"}),
    f"POST {ADM}/editeurs/{{editeur:int}}/logiciels": Ligne(ADMIN, f"{ADM}/editeurs/1/logiciels"),
    f"GET {ADM}/demandes": Ligne(OPCO),
    f"GET {ADM}/demandes/{{numero:int}}": Ligne(OPCO, f"{ADM}/demandes/1"),
    f"POST {ADM}/demandes/{{numero:int}}": Ligne(REPONDENT, f"{ADM}/demandes/1"),
    f"POST {ADM}/demandes/{{numero:int}}/clore": Ligne(REPONDENT, f"{ADM}/demandes/1/clore"),
    f"POST {ADM}/demandes/{{numero:int}}/editeur": Ligne(REPONDENT, f"{ADM}/demandes/1/editeur"),
    f"POST {ADM}/demandes/{{numero:int}}/inviter": Ligne(REPONDENT, f"{ADM}/demandes/1/inviter"),
    f"GET {ADM}/demandes/{{numero:int}}/documents/{{document:int}}": Ligne(OPCO, f"{ADM}/demandes/1/documents/2"),
    f"GET {ADM}/journal": Ligne(ADMIN),
    f"GET {ADM}/modifications": Ligne(TRANCHENT),
    f"POST {ADM}/modifications/{{numero:int}}/lire": Ligne(TRANCHENT, f"{ADM}/modifications/2/lire"),
    f"POST {ADM}/modifications/{{numero:int}}": Ligne(TRANCHENT, f"{ADM}/modifications/2"),
}
# Open to all, and answered as they deserve: unknown names and links, too many tries.
TRY_ONE_S_LUCK = {
    "POST /mya/connexion",
    "POST /mya/oubli",
    "POST /mya/mot-de-passe",
    "POST /editeur/remise/{jeton:str}",
}
# What says nothing of anybody: style sheets.
STATIQUES = {"GET /statique/{nom:str}"}


def _served(serveur: Serveur) -> set[str]:
    pages = serveur.application.pages
    return {
        f"{methode} {route.path}"
        for route in pages.routes
        for methode in route.methods
        if methode != "OPTIONS"  # the framework's own
    }


async def test_every_page_has_a_line(serveur: Serveur) -> None:
    assert _served(serveur) - STATIQUES == set(LIGNES)


async def _world(serveur: Serveur) -> None:
    """A dossier with a document, a request with its file, a software, and the like for the other SIREN."""
    for appelant, siret in ((serveur.cfa, SIRET), (serveur.autre, SIRET_AUTRE)):
        numero = await appelant.deposit()
        convention = envois.a_convention(numero)
        convention["organismeFormation"]["siret"] = siret
        reponse = await appelant.send("/v2/conventions", convention, fichiers.a_pdf())
        assert reponse.status_code == 200, reponse.text
        await _request(serveur, siret)
        await _invoice(serveur, siret)
    editeur = serveur.cfa.editeur.id
    await serveur.portail.logiciels.create(editeur, "Logiciel EXEMPLE", pret=True, par="essai")
    for siren in (SIREN, SIREN_AUTRE):
        await serveur.portail.modifications.ask(
            siren, TypeModification.DENOMINATION, valeur="CFA NOUVEAU", justification="Fusion", compte=1
        )
    auteur = Auteur(compte=1, opco=True)
    await serveur.portail.demandes.set_editeur(1, editeur, par=auteur)
    await _money(serveur)


async def _money(serveur: Serveur) -> None:
    """An invoice of the first SIREN, its pay run, the bank's answer, and a credit note after it: an overpayment."""
    await serveur.execute("INSERT INTO compteur_facture VALUES (%s, 'FACTURE', 1)", SIREN)  # that of `_invoice`
    await set_iban(serveur)
    numero = await an_engaged(serveur, await an_agent(serveur), 5)
    assert (await send_facture(serveur, numero, (1, "PEDAGOGIE", 100_000))).status_code == 200
    await accept(serveur, 3)
    await pay(serveur, await order(serveur))
    assert (await send_avoir(serveur, numero, (1, "PEDAGOGIE", 30_000))).status_code == 200


async def _invoice(serveur: Serveur, siret: str) -> None:
    """An invoice; the file of the request stands for its PDF."""
    await serveur.execute(
        "WITH piece AS (SELECT max(numero_interne) AS document FROM document WHERE siren = %s), "
        "facture AS (INSERT INTO facture (siren, rang, genre, siret_emetteur, numero, date_emission, montant, "
        "iban_chiffre, etat, document, sha256_contenu, sha256_fichier, depose_par, depose_le) "
        "SELECT %s, 1, 'FACTURE', %s, 'F-1', '2026-09-05', 100, '', 'TRANSMIS', document, '', '', "
        "'editeur:1', now() FROM piece RETURNING numero_interne, document) "
        "INSERT INTO document_objet (document, type_objet, id_objet) SELECT document, 'FACTURE', numero_interne "
        "FROM facture",
        *(siret[:9], siret[:9], siret),
    )


async def _request(serveur: Serveur, siret: str) -> None:
    """A request, with a document joined to it."""
    nom = await an_account(serveur, Role.CFA_ADMINISTRATEUR, utilisateur=f"auteur-{siret}", siret=siret)
    visiteur = a_visitor(serveur)
    await visiteur.connect(nom)
    contacts = {
        f"{qui}_{champ}": valeur
        for qui in ("metier", "technique")
        for champ, valeur in (("nom", "Noa FICTIF"), ("telephone", "0102030405"), ("courriel", "n@exemple.test"))
    }
    await visiteur.submit(
        "/mya/demandes/nouvelle",
        type=TypeDemande.ACCROCHAGE,
        sujet="Accrochage",
        texte="Bonjour",
        fichier=fichiers.a_pdf(),
        **contacts,
    )
    assert "Votre demande est envoyée" in visiteur.texte, visiteur.texte


async def _people(serveur: Serveur, *, autre: bool) -> dict[Role, Visiteur]:
    """One connected person of each role, of the first SIREN or of the other."""
    editeur = serveur.cfa.editeur.id
    if autre:
        editeur = (await serveur.portail.raccordement.create_editeur("AUTRE ÉDITEUR FICTIF")).id
    gens = {}
    for role in Role:
        if role is Role.EMPLOYEUR:
            siret = "73282932000074" if autre else envois.a_depot()["cerfa"]["employeur"]["siret"]
            nom = await an_account(serveur, role, utilisateur=f"employeur-{siret}", siret=siret)
            gens[role] = a_visitor(serveur)
            await gens[role].connect(nom)
        else:
            gens[role] = await connected(serveur, role, autre=autre, editeur=editeur if role is Role.EDITEUR else None)
    return gens


async def _call(visiteur: Visiteur, route: str, ligne: Ligne) -> Any:
    methode, _, gabarit = route.partition(" ")
    chemin = ligne.chemin or gabarit
    if methode == "GET":
        return await visiteur.client.get(chemin)
    return await visiteur.post(chemin, **ligne.corps)


def _lines() -> Iterator[tuple[str, Ligne]]:
    # Disconnecting would end the visit.
    yield from ((route, ligne) for route, ligne in LIGNES.items() if route != "POST /mya/deconnexion")


async def test_nobody_is_sent_to_the_connection_page_but_for_what_is_open_to_all(serveur: Serveur) -> None:
    await _world(serveur)
    visiteur = a_visitor(serveur)
    fautes = []
    for route, ligne in _lines():
        reponse = await _call(visiteur, route, ligne)
        vers = reponse.headers.get("location", "")
        renvoye = reponse.status_code == 303 and vers.startswith("/mya/connexion")
        if (ligne.admis != LIBRE) is not renvoye and route != "GET /":
            fautes.append((route, reponse.status_code, vers))
    assert fautes == []


async def test_each_role_gets_its_own_pages_and_no_other(serveur: Serveur) -> None:
    await _world(serveur)
    gens = await _people(serveur, autre=False)
    fautes = []
    for route, ligne in _lines():
        for role, visiteur in gens.items():
            reponse = await _call(visiteur, route, ligne)
            admis = ligne.admis == LIBRE or role in ligne.admis
            if route in TRY_ONE_S_LUCK:
                assert reponse.status_code in (200, 400, 401, 410, 429), route
            elif role in ligne.etrangers or ligne.absent:
                assert reponse.status_code == 404, route
            elif (reponse.status_code not in REUSSI) if admis else reponse.status_code != 403:
                fautes.append((route, role, reponse.status_code))
    assert fautes == []


async def test_another_siren_finds_none_of_it_and_the_two_404_are_the_same(serveur: Serveur) -> None:
    await _world(serveur)
    gens = await _people(serveur, autre=True)
    fautes = []
    for route, ligne in _lines():
        if ligne.admis == LIBRE or ligne.autre != AILLEURS:
            continue
        absente = Ligne(
            ligne.admis,
            ligne.chemin.replace("0000001", "0000999").replace("/1", "/999").replace("/2", "/999"),
            corps={nom: "999" if valeur == "1" else valeur for nom, valeur in ligne.corps.items()},
        )
        for role in sorted(ligne.admis):
            la = await _call(gens[Role(role)], route, ligne)
            nulle_part = await _call(gens[Role(role)], route, absente)
            if (la.status_code, la.text) != (404, nulle_part.text):
                fautes.append((route, role, la.status_code))
    assert fautes == []


async def test_what_is_open_to_the_other_siren_shows_nothing_of_the_first(serveur: Serveur) -> None:
    await _world(serveur)
    gens = await _people(serveur, autre=True)
    secrets = [SIREN, SIRET, serveur.cfa.cle, f"CFA FICTIF {SIRET[:3]}"]
    fautes = []
    for route, ligne in _lines():
        if not route.startswith("GET") or ligne.autre == AILLEURS:
            continue
        for role, visiteur in gens.items():
            if role in OPCO:
                continue
            texte = (await _call(visiteur, route, ligne)).text
            fautes += [(route, role) for secret in secrets if secret in texte]
    assert fautes == []


# --- the norm's door ------------------------------------------------------------------------------------------------

# For each route of the norm: what a call of the other SIREN gets on an object of the first.
NORME = {
    "jeton": None,
    "statut": None,
    "cle": None,
    "deposer_dossier": 403,
    "lire_dossier": 404,
    "lire_etats_v1": 200,
    "lire_etats_v2": 200,
    "lire_liste": 200,
    "deposer_convention": 404,
    "deposer_document": 404,
    "deposer_facture": 400,
    "lire_etats_factures": 200,
    "deposer_avoir": 400,
    "lire_etats_avoirs": 200,
    "deposer_certificat": 400,
    "declarer_rupture": 404,
    "lire_evenements": 200,
    "controler": 200,
    "lire_recepisse": 404,
    "lire_document": 404,
}


async def test_every_route_of_the_norm_has_a_line() -> None:
    assert {route.nom for route in ROUTES} == set(NORME)
    assert set(ANNEXES) == {
        "/livez",
        "/readyz",
        "/healthz",
        "/version",
        "/metrics",
        "/openapi.json",
        "/docs",
        "/docs/style/{nom}",
    }


async def test_without_a_token_every_route_that_asks_for_one_says_401(serveur: Serveur) -> None:
    entetes = {"EDITEUR": "x", "LOGICIEL": "x", "VERSION": "1"}
    for route in ROUTES:
        if route.acces in (Acces.JETON, Acces.JETON_ET_CLE):
            for chemin in route.paths():
                reponse = await serveur.inconnu.request(
                    route.methode, chemin.replace("{", "").replace("}", ""), headers=entetes
                )
                assert reponse.status_code == 401, route.nom
                assert "JETON_ABSENT" in reponse.text


async def test_an_object_of_the_other_siren_is_as_absent_as_one_that_never_was(serveur: Serveur) -> None:
    await _world(serveur)
    appels = {
        "lire_dossier": "/v2/dossiers?numeroInterne={}",
        "lire_recepisse": "/v2/recepisses/d-{}",
        "lire_document": "/v2/documents/{}",
    }
    for nom, chemin in appels.items():
        la = await serveur.autre.get(chemin.format(1))
        absente = await serveur.autre.get(chemin.format(999))
        assert la.status_code == absente.status_code == NORME[nom]
        assert _without_id(la.json()) == _without_id(absente.json())
    assert (await serveur.cfa.get("/v2/dossiers?numeroInterne=1")).status_code == 200
    liste = await serveur.autre.get("/v1/dossiers/etats")
    assert {un["numeroInterne"] for un in liste.json()} == {"2"}


def _without_id(corps: dict[str, Any]) -> dict[str, Any]:
    return {nom: valeur for nom, valeur in corps.items() if nom not in ("instance", "requestId", "timestamp")}


async def test_the_key_is_one_for_all_the_establishments_and_only_the_siege_generates_it(serveur: Serveur) -> None:
    second = "32345678000028"
    await serveur.portail.raccordement.create_cfa(second, denomination="CFA FICTIF, ANNEXE", siege=False)
    await an_account(serveur, Role.CFA_ADMINISTRATEUR, utilisateur="annexe", siret=second)
    annexe = a_visitor(serveur)
    await annexe.connect("annexe")
    siege = await connected(serveur, Role.CFA_ADMINISTRATEUR)
    await annexe.visit("/mya/compte")
    assert "Seul le siège social peut générer l'identifiant API CFA" in annexe.texte
    page = await annexe.post("/mya/compte/identifiant", chevauchement="7")
    assert page.status_code == 403
    for visiteur in (annexe, siege):
        await visiteur.submit("/mya/compte/identifiant/lire", depuis="/mya/compte", cle="1")
        assert serveur.cfa.cle in visiteur.texte
    assert MOT_DE_PASSE not in siege.texte
    assert SIREN_AUTRE not in siege.texte
