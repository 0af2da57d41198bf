"""The routes of the OPCO in memory: what each records, and what it answers (norme.md §1, §2)."""

import email.parser
import email.policy
from collections.abc import Callable
from datetime import date
from hashlib import sha256
from typing import Any

import httpx
import msgspec

from traitdunion.cfa.essai.acces import SIREN, Acces
from traitdunion.cfa.essai.refus import RefusEssai
from traitdunion.cfa.essai.registre import DossierEssai, FactureEssai, Registre, answer
from traitdunion.norme import controles, lecture
from traitdunion.norme.erreurs import Gravite, Refus
from traitdunion.norme.messages.cerfa import DepotDossier
from traitdunion.norme.messages.facture import Avoir, Facture
from traitdunion.norme.profils import NomRoute, ProfilOpco, RouteOpco

_PARTIES = {
    NomRoute.DEPOSER_CONVENTION: "convention",
    NomRoute.DEPOSER_DOCUMENT: "infosFichier",
    NomRoute.DEPOSER_FACTURE: "facture",
    NomRoute.DEPOSER_AVOIR: "avoir",
    NomRoute.DEPOSER_CERTIFICAT: "certificat",
}


class Guichet:
    """Where the calls that came through the door are served."""

    def __init__(self, profil: ProfilOpco, acces: Acces, *, taille_page: int) -> None:
        self.opco = profil
        self.acces = acces
        self.taille_page = taille_page
        self.registre = Registre(profil)

    def serve(self, request: httpx.Request, route: RouteOpco, suite: str) -> httpx.Response:
        """The answer of one route; `suite` is what follows its path. Raises RefusEssai."""
        return _HANDLERS[route.nom](self, request, route, suite)

    def find(self, numero: object) -> DossierEssai:
        """The dossier of this numeroInterne. Raises RefusEssai."""
        dossier = self.registre.find(numero)
        if dossier is None:
            raise RefusEssai("Aucun dossier ne porte ce numéro.", statut=404, code="DOSSIER_INCONNU")
        return dossier

    def _tell_statut(self, request: httpx.Request, route: RouteOpco, suite: str) -> httpx.Response:
        return answer({"status": "healthy", "supportedVersions": ["v1", "v2"], "uptime": 12})

    def _tell_cle(self, request: httpx.Request, route: RouteOpco, suite: str) -> httpx.Response:
        demandes = dict(request.url.params)
        if (demandes.get("siren"), demandes.get("XAPIKEY")) != (SIREN, self.acces.cle):
            return answer({"status": "error", "dateFinValidite": None, "comment": "Clé inconnue pour ce SIREN."})
        return answer({"status": "success", "dateFinValidite": "2027-09-01", "comment": None})

    def _record_dossier(self, request: httpx.Request, route: RouteOpco, suite: str) -> httpx.Response:
        brut = _read_json(request.content)
        if not isinstance(brut.get("cerfa"), dict):
            raise RefusEssai("Le membre « cerfa » manque.", code="MEMBRE_OBLIGATOIRE", champ="cerfa")
        try:
            dossier, deja = self.registre.record_dossier(request.content)
        except Refus as refus:
            raise RefusEssai(refus.anomalies[0].description, code=refus.anomalies[0].code) from None
        dit = {**self.registre.tell_etat(dossier), "recepisse": f"d-{dossier.numero_interne}", "avertissements": []}
        if not self.opco.renvoi_reconnu:
            del dit["recepisse"], dit["avertissements"], dit["etat"]
        return answer(dit, **({"Idempotency-Replayed": "true"} if deja else {}))

    def _check_depot(self, request: httpx.Request, route: RouteOpco, suite: str) -> httpx.Response:
        try:
            lu = lecture.read(DepotDossier, request.content)
        except Refus as refus:
            raise RefusEssai(refus.anomalies[0].description, code=refus.anomalies[0].code) from None
        contrat = lu.message.cerfa.contrat if lu.message.cerfa else None
        le = (contrat.date_conclusion if contrat else None) or date(2026, 9, 1)
        anomalies = controles.merge(lu.anomalies, controles.check_depot(lu.message, recu_le=le))
        recevable = all(anomalie.gravite is not Gravite.BLOQUANT for anomalie in anomalies)
        return answer({"recevable": recevable, "anomalies": anomalies})

    def _tell_dossier(self, request: httpx.Request, route: RouteOpco, suite: str) -> httpx.Response:
        dossier = self.find(request.url.params.get("numeroInterne"))
        return answer(self.registre.tell_dossier(dossier))

    def _tell_liste(self, request: httpx.Request, route: RouteOpco, suite: str) -> httpx.Response:
        demandes = str(request.url.params.get("numerosInternes", "")).split(",")
        trouves = [dossier for numero in demandes if (dossier := self.registre.find(numero)) is not None]
        return answer([self.registre.tell_dossier(dossier) for dossier in trouves])

    def _tell_etats(self, request: httpx.Request, route: RouteOpco, suite: str) -> httpx.Response:
        etats = [self.registre.tell_etat(dossier) for dossier in self.registre.dossiers]
        return self._tell_page(request, etats, "EtatDossierResult", nu=route.version == "v1")

    def _tell_etats_factures(self, request: httpx.Request, route: RouteOpco, suite: str) -> httpx.Response:
        etats = [self.registre.tell_facture(facture) for facture in self.registre.factures]
        return self._tell_page(request, etats, "factures")

    def _tell_etats_avoirs(self, request: httpx.Request, route: RouteOpco, suite: str) -> httpx.Response:
        etats = [
            self.registre.tell_facture(avoir) | {"numeroFactureOrigine": avoir.brute.get("numeroFactureOrigine")}
            for avoir in self.registre.avoirs
        ]
        return self._tell_page(request, etats, "avoirs")

    def _tell_page(
        self, request: httpx.Request, lignes: list[dict[str, Any]], membre: str, *, nu: bool = False
    ) -> httpx.Response:
        """A page, or the bare array; 304 when the caller has it already."""
        page = int(request.url.params.get("numeroPage", "1"))
        debut = (page - 1) * self.taille_page
        dites = lignes if nu else lignes[debut : debut + self.taille_page]
        reponse = answer(dites if nu else {"total": len(lignes), "count": len(dites), "page": page, membre: dites})
        etag = f'"{sha256(reponse.content).hexdigest()[:16]}"'
        if request.headers.get("If-None-Match") == etag:
            return httpx.Response(304, headers={"ETag": etag})
        reponse.headers["ETag"] = etag
        return reponse

    def _record_piece(self, request: httpx.Request, route: RouteOpco, suite: str) -> httpx.Response:
        parties = _read_parts(request)
        donnees = _read_json(parties.get(_PARTIES[route.nom], b""))
        if not parties.get("fichier"):
            raise RefusEssai("La partie « fichier » manque.", code="PARTIE_MANQUANTE")
        dit: dict[str, Any] = {}
        if route.nom in (NomRoute.DEPOSER_CONVENTION, NomRoute.DEPOSER_CERTIFICAT):
            dossier = self.find(donnees.get("numeroInterneDossier"))
            dit["numeroInterneDossier"] = dossier.numero_interne
        elif route.nom is NomRoute.DEPOSER_DOCUMENT:
            for objet in donnees.get("objets") or []:
                if objet.get("typeObjet") == "DOSSIER_APPRENTISSAGE":
                    self.find(objet.get("idObjet"))
        dit["numeroInterneDocument"] = self.registre.record_piece(route.nom.value, parties["fichier"])
        if route.nom is NomRoute.DEPOSER_CERTIFICAT:
            dit["numeroInterneCertificat"] = dit["numeroInterneDocument"]
        return answer(dit)

    def _record_facture(self, request: httpx.Request, route: RouteOpco, suite: str) -> httpx.Response:
        avoir = route.nom is NomRoute.DEPOSER_AVOIR
        parties = _read_parts(request)
        brute = parties.get(_PARTIES[route.nom], b"")
        donnees = _read_json(brute)
        lue: Facture = lecture.read(Avoir if avoir else Facture, brute).message
        if not parties.get("fichier") or not lue.numero:
            raise RefusEssai("Une facture a un numéro et un PDF.", code="MEMBRE_OBLIGATOIRE", champ="facture.numero")
        rangees = self.registre.avoirs if avoir else self.registre.factures
        deja = next((une for une in rangees if une.lue.numero == lue.numero), None)
        if deja is None or not self.opco.renvoi_reconnu:
            numero = str(len(self.registre.factures) + len(self.registre.avoirs) + 1)
            deja = FactureEssai(numero, donnees, lue)
            rangees.append(deja)
        document = self.registre.record_piece(route.nom.value, parties["fichier"])
        return answer({"numeroInterneFacture": deja.numero_interne, "numeroInterneDocument": document})

    def _record_rupture(self, request: httpx.Request, route: RouteOpco, suite: str) -> httpx.Response:
        donnees = _read_json(request.content)
        dossier = self.find(donnees.get("numeroInterneDossier"))
        dossier.rupture = donnees
        self.registre.record_evenement(dossier, "RUPTURE_DECLAREE")
        etat = self.registre.tell_etat(dossier)
        return answer({"numeroInterne": etat["numeroInterne"], "etat": etat["etat"]})

    def _tell_evenements(self, request: httpx.Request, route: RouteOpco, suite: str) -> httpx.Response:
        debut = int(request.url.params.get("depuis", "0"))
        limite = int(request.url.params.get("limite", "100"))
        dits = [
            {
                "type": type_,
                "libelle": type_,
                "numeroInterne": numero,
                "numeroExterne": self.find(numero).numero_externe,
                "survenuLe": "2026-09-01T08:00:00Z",
            }
            for numero, type_ in self.registre.evenements[debut : debut + limite]
        ]
        fin = debut + len(dits)
        return answer({"evenements": dits, "curseur": str(fin), "encore": fin < len(self.registre.evenements)})

    def _tell_recepisse(self, request: httpx.Request, route: RouteOpco, suite: str) -> httpx.Response:
        if suite not in self.registre.recepisses:
            raise RefusEssai("Ce récépissé n'existe pas.", statut=404, code="RECEPISSE_INCONNU")
        return answer({"recepisse": self.registre.recepisses[suite], "signature": "", "clePublique": ""})

    def _tell_document(self, request: httpx.Request, route: RouteOpco, suite: str) -> httpx.Response:
        if suite not in self.registre.pieces:
            raise RefusEssai("Ce document n'existe pas.", statut=404, code="DOCUMENT_INCONNU")
        return httpx.Response(200, content=self.registre.pieces[suite][1])


Handler = Callable[[Guichet, httpx.Request, RouteOpco, str], httpx.Response]
_HANDLERS: dict[NomRoute, Handler] = {
    NomRoute.STATUT: Guichet._tell_statut,
    NomRoute.CLE: Guichet._tell_cle,
    NomRoute.DEPOSER_DOSSIER: Guichet._record_dossier,
    NomRoute.LIRE_DOSSIER: Guichet._tell_dossier,
    NomRoute.LIRE_LISTE: Guichet._tell_liste,
    NomRoute.LIRE_ETATS: Guichet._tell_etats,
    NomRoute.DEPOSER_CONVENTION: Guichet._record_piece,
    NomRoute.DEPOSER_DOCUMENT: Guichet._record_piece,
    NomRoute.DEPOSER_FACTURE: Guichet._record_facture,
    NomRoute.LIRE_ETATS_FACTURES: Guichet._tell_etats_factures,
    NomRoute.DEPOSER_CERTIFICAT: Guichet._record_piece,
    NomRoute.DECLARER_RUPTURE: Guichet._record_rupture,
    NomRoute.CONTROLER: Guichet._check_depot,
    NomRoute.DEPOSER_AVOIR: Guichet._record_facture,
    NomRoute.LIRE_ETATS_AVOIRS: Guichet._tell_etats_avoirs,
    NomRoute.LIRE_EVENEMENTS: Guichet._tell_evenements,
    NomRoute.LIRE_RECEPISSE: Guichet._tell_recepisse,
    NomRoute.LIRE_DOCUMENT: Guichet._tell_document,
}


def _read_json(corps: bytes) -> dict[str, Any]:
    try:
        brut = msgspec.json.decode(corps)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        brut = None
    if not isinstance(brut, dict):
        raise RefusEssai("Le JSON ne se lit pas.", code="JSON_ILLISIBLE")
    return brut


def _read_parts(request: httpx.Request) -> dict[str, bytes]:
    """The parts of a multipart body, by their names."""
    entete = f"Content-Type: {request.headers.get('Content-Type', '')}\r\n\r\n".encode()
    message = email.parser.BytesParser(policy=email.policy.HTTP).parsebytes(entete + request.content)
    if not message.is_multipart():
        raise RefusEssai("Un envoi « multipart/form-data » est attendu.", code="MULTIPART_ATTENDU")
    parties = {}
    for partie in message.iter_parts():
        nom = partie.get_param("name", header="content-disposition")
        contenu = partie.get_payload(decode=True)
        if isinstance(nom, str) and isinstance(contenu, bytes):
            parties[nom] = contenu
    return parties
