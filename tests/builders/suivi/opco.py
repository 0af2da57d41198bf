"""An OPCO of paper that lives: dossiers, échéanciers, invoices, a feed of what happens. For the follow-up's tests."""

import json
import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx
from builders.opco_factice import API, JETON

CONCLU, DEBUT, FIN = date(2026, 8, 20), date(2026, 9, 1), date(2027, 8, 31)
SIRET_CFA, SIRET_EMPLOYEUR = "32345678000010", "35600000000048"
EPOQUE = datetime(2026, 9, 1, 8, tzinfo=UTC)
# 8 000 € over a year: what opens when, in cents (regles.md §4.9).
PARTS = (
    ("1", "1", DEBUT, 320_000),
    ("2", "2", date(2027, 3, 1), 240_000),
    ("3", "3", date(2027, 6, 1), 160_000),
    ("4", "99", FIN, 80_000),
)


def euros(cents: int) -> float:
    """As JSON writes them."""
    return cents / 100


def an_echeance(numero: str, codification: str, ouverture: date, total: int, *, rqth: int = 0) -> dict[str, Any]:
    """An échéance, nothing of it settled; cents."""
    return {
        "numero": numero,
        "codification": codification,
        "dateOuverture": f"{ouverture}T00:00:00+00:00",
        "dateDebut": f"{DEBUT}T00:00:00+00:00",
        "dateFin": f"{FIN}T00:00:00+00:00",
        "montantTotal": total + rqth,
        "dontMontantPedagogie": total,
        "dontMajorationRqth": rqth,
        "dontParticipationEmployeur": 0,
        "montantRegle": 0,
        "montantEnCoursInstruction": 0,
        "siretCfa": SIRET_CFA,
    }


@dataclass
class OpcoVivant:
    """What happens is told by `acts`: each changes a dossier, and adds its event. Amounts inside are cents.

    `fil`, `liste`, `factures_lisibles`: the routes that this OPCO has. `pannes`: answers given first, one per call.
    """

    fil: bool = True
    liste: bool = True
    factures_lisibles: bool = True
    avoirs_lisibles: bool = True
    cle_fin: date = date(2027, 9, 1)
    taille_page: int = 100
    dossiers: dict[int, dict[str, Any]] = field(default_factory=dict)
    factures: list[dict[str, Any]] = field(default_factory=list)
    evenements: list[dict[str, Any]] = field(default_factory=list)
    vues: list[httpx.Request] = field(default_factory=list)
    pannes: list[Any] = field(default_factory=list)
    generation: int = 1
    certificats: list[dict[str, Any]] = field(default_factory=list)
    refuse_factures: str | None = None
    documents: int = 0

    @property
    def transport(self) -> httpx.MockTransport:
        return httpx.MockTransport(self)

    # Acts

    def deposit(self, *, nom: str = "EXEMPLE", prenom: str | None = None, employeur: str = "Société FICTIVE") -> int:
        """A contract arrives; its number."""
        numero = len(self.dossiers) + 1
        self.dossiers[numero] = {
            "cerfa": {
                "numeroInterne": numero,
                "numeroExterne": f"CA-{numero:07d}",
                "numeroDeca": None,
                "etat": "TRANSMIS",
                "commentaireEtat": None,
                "employeur": {"denomination": employeur, "siret": SIRET_EMPLOYEUR},
                "apprenti": {
                    "nom": nom,
                    "prenom": prenom or f"Ada{numero}",
                    "nir": "206059999999901",
                    "handicap": True,
                },
                "contrat": {
                    "dateConclusion": str(CONCLU),
                    "dateDebutContrat": str(DEBUT),
                    "dateFinContrat": str(FIN),
                },
                "formation": {"intituleQualification": "BTS FICTIF", "rncp": "RNCP12345"},
                "organismeFormation": {"siret": SIRET_CFA},
            },
            "engagement": None,
            "echeances": None,
            "engagementsFraisAnnexe": None,
            "detailsFacturation": None,
        }
        self._happen(numero, "DOSSIER_DEPOSE")
        return numero

    def move(self, numero: int, etat: str, commentaire: str | None = None, *, type_: str = "AUTRE") -> None:
        """A state, and its words."""
        self.dossiers[numero]["cerfa"] |= {"etat": etat, "commentaireEtat": commentaire}
        self._happen(numero, type_)

    def engage(self, numero: int, *, rqth: int = 0, frais: tuple[tuple[str, int, int], ...] = ()) -> None:
        """The accord: an échéancier of 8 000 €, `rqth` cents more on the first; frais: nature, quantity, price."""
        dossier = self.dossiers[numero]
        dossier["cerfa"] |= {"etat": "ENGAGE", "commentaireEtat": None, "numeroDeca": f"07520260900{numero:04d}"}
        dossier["echeances"] = [an_echeance(*part, rqth=rqth if part[0] == "1" else 0) for part in PARTS]
        dossier["engagement"] = sum(une["montantTotal"] for une in dossier["echeances"])
        dossier["engagementsFraisAnnexe"] = [
            {"natureFrais": nature, "quantite": quantite, "prixUnitaire": prix, "montantTotal": quantite * prix}
            for nature, quantite, prix in frais
        ]
        dossier["detailsFacturation"] = {
            "fraisPremierEquipementRegles": False,
            "fraisMobiliteRegles": False,
            "plafondFraisPremierEquipement": 50_000,
            "plafondFraisMobilite": 0,
            "periodesFraisAnnexes": [],
        }
        self._happen(numero, "DOSSIER_ENGAGE")

    def receive(self, facture: dict[str, Any]) -> int:
        """An invoice as the norm writes it arrives; its internal number."""
        interne = len(self.factures) + 1
        lignes = [
            {
                "natureLigne": ligne["natureLigne"],
                "numeroEcheance": ligne["numeroEcheance"],
                "numeroDossier": ligne["numeroDossier"],
                "montant": round(ligne["montant"] * 100),
                "montantRegle": 0,
                "etatLigne": "EN_INSTRUCTION",
                "commentaire": None,
            }
            for ligne in facture["lignes"]
        ]
        self.factures.append(
            {
                "numeroInterneFacture": interne,
                "referenceFactureCFA": facture["numero"],
                "etatFacture": "TRANSMIS",
                "referenceVirement": None,
                "dateReglement": None,
                "commentaire": None,
                "siret": facture["siretEmetteur"],
                "lignes": lignes,
                "iban": facture["ibanEmetteur"],
                "avoir": facture.get("numeroFactureOrigine"),
            }
        )
        for ligne in lignes:
            if (echeance := self._echeance(ligne)) is not None:
                echeance["montantEnCoursInstruction"] += ligne["montant"]
        for numero in {self._numero(ligne) for ligne in lignes}:
            self._happen(numero, "FACTURE_DEPOSEE", interne)
        return interne

    def pay(self, interne: int, *, virement: str, le: date, sauf: tuple[str, ...] = ()) -> None:
        """Settle the lines that wait, but for those of some natures."""
        facture = self.factures[interne - 1]
        for ligne in facture["lignes"]:
            if ligne["etatLigne"] != "EN_INSTRUCTION" or ligne["natureLigne"] in sauf:
                continue
            ligne |= {"etatLigne": "REGLEE", "montantRegle": ligne["montant"]}
            if (echeance := self._echeance(ligne)) is not None:
                echeance["montantEnCoursInstruction"] -= ligne["montant"]
                echeance["montantRegle"] += ligne["montant"]
        reste = any(ligne["etatLigne"] != "REGLEE" for ligne in facture["lignes"])
        facture |= {
            "etatFacture": "REGLE_PARTIEL" if reste else "REGLE",
            "referenceVirement": virement,
            "dateReglement": f"{le}T00:00:00+00:00",
        }
        for numero in {self._numero(ligne) for ligne in facture["lignes"]}:
            self._happen(numero, "FACTURE_REGLEE", interne)

    def reject(self, interne: int, commentaire: str) -> None:
        """Refuse every line that waits."""
        facture = self.factures[interne - 1]
        for ligne in facture["lignes"]:
            ligne |= {"etatLigne": "REJETEE", "commentaire": commentaire}
            if (echeance := self._echeance(ligne)) is not None:
                echeance["montantEnCoursInstruction"] -= ligne["montant"]
        facture |= {"etatFacture": "REJETE", "commentaire": commentaire}
        self._happen(self._numero(facture["lignes"][0]), "FACTURE_REJETEE", interne)

    def forget_cursors(self) -> None:
        """Every cursor given so far is refused from now on."""
        self.generation += 1

    def calls(self, chemin: str) -> list[httpx.Request]:
        """The API calls received for this route."""
        return [vue for vue in self.vues if vue.url.path == f"/api{chemin}"]

    # Answers

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if str(request.url) == JETON:
            return httpx.Response(200, json={"access_token": "jeton", "token_type": "Bearer", "expires_in": 3600})
        assert str(request.url).startswith(API)
        self.vues.append(request)
        if self.pannes and (panne := self.pannes.pop(0)) is not None:
            return panne(request)
        if request.method == "POST":
            return self._post(request)
        parametres = dict(request.url.params)
        chemin = request.url.path.removeprefix("/api")
        routes = {
            "/v2/evenements": self._evenements if self.fil else None,
            "/v2/dossiers/etats": self._etats,
            "/v2/dossiers/liste": self._liste if self.liste else None,
            "/v2/dossiers": self._dossier,
            "/v2/factures/etats": self._factures if self.factures_lisibles else None,
            "/v2/avoirs/etats": self._avoirs if self.avoirs_lisibles else None,
            "/v2/cfakeyinfo": self._cle,
        }
        route = routes.get(chemin)
        return _refus(404, "ROUTE_INCONNUE") if route is None else route(parametres)

    def _post(self, request: httpx.Request) -> httpx.Response:
        nom = request.url.path.rpartition("/")[2].removesuffix("s")
        partie = re.search(rb'name="%s".*?\r\n\r\n(.*?)\r\n--' % nom.encode(), request.read(), re.DOTALL)
        assert partie is not None
        recu = json.loads(partie[1])
        if nom == "certificat":
            self.certificats.append(recu)
            return _json({"numeroInterneCertificat": len(self.certificats), "numeroInterneDocument": self._document()})
        if self.refuse_factures is not None:
            return _refus(400, self.refuse_factures)
        if recu["numero"] in {une["referenceFactureCFA"] for une in self.factures}:
            return _refus(400, "NUMERO_DE_FACTURE_DEJA_UTILISE")
        return _json({"numeroInterneFacture": self.receive(recu), "numeroInterneDocument": self._document()})

    def _document(self) -> int:
        self.documents += 1
        return self.documents

    def _evenements(self, parametres: dict[str, str]) -> httpx.Response:
        generation, _, place = parametres.get("depuis", f"{self.generation}.0").partition(".")
        if int(generation) != self.generation:
            return _refus(400, "CURSEUR_INVALIDE")
        debut, limite = int(place), int(parametres.get("limite", "100"))
        lot = self.evenements[debut : debut + limite]
        fin = debut + len(lot)
        return httpx.Response(
            200,
            json={"evenements": lot, "curseur": f"{self.generation}.{fin}", "encore": fin < len(self.evenements)},
        )

    def _etats(self, parametres: dict[str, str]) -> httpx.Response:
        cles = ("numeroInterne", "numeroExterne", "numeroDeca", "etat", "commentaireEtat")
        etats = [{cle: un["cerfa"][cle] for cle in cles} for un in self.dossiers.values()]
        return self._page(etats, "EtatDossierResult", parametres)

    def _liste(self, parametres: dict[str, str]) -> httpx.Response:
        numeros = [int(un) for un in parametres["numerosInternes"].split(",")]
        return _json([self._wire(numero) for numero in numeros if numero in self.dossiers])

    def _dossier(self, parametres: dict[str, str]) -> httpx.Response:
        numero = int(parametres["numeroInterne"])
        return _json(self._wire(numero)) if numero in self.dossiers else _refus(404, "DOSSIER_INCONNU")

    def _factures(self, parametres: dict[str, str]) -> httpx.Response:
        lues = [_facture_lue(une, self) for une in self.factures if une["avoir"] is None]
        return self._page(lues, "factures", parametres)

    def _avoirs(self, parametres: dict[str, str]) -> httpx.Response:
        lus = [
            _facture_lue(une, self) | {"numeroFactureOrigine": une["avoir"]} for une in self.factures if une["avoir"]
        ]
        return self._page(lus, "avoirs", parametres)

    def _cle(self, parametres: dict[str, str]) -> httpx.Response:
        return httpx.Response(
            200, json={"status": "success", "dateFinValidite": str(self.cle_fin), "comment": "Clé valide."}
        )

    def _page(self, lignes: list[Any], nom: str, parametres: dict[str, str]) -> httpx.Response:
        page = int(parametres["numeroPage"])
        lot = lignes[(page - 1) * self.taille_page : page * self.taille_page]
        return _json({"total": len(lignes), "count": len(lot), "page": page, nom: lot})

    def _wire(self, numero: int) -> dict[str, Any]:
        return _in_euros(self.dossiers[numero])

    def _happen(self, numero: int, type_: str, facture: int | None = None) -> None:
        rang = len(self.evenements)
        self.evenements.append(
            {
                "type": type_,
                "libelle": f"{type_.capitalize()} ({rang})",
                "numeroInterne": str(numero),
                "numeroExterne": f"CA-{numero:07d}",
                "numeroInterneFacture": None if facture is None else str(facture),
                "survenuLe": (EPOQUE + timedelta(minutes=rang)).isoformat(),
            }
        )

    def _numero(self, ligne: dict[str, Any]) -> int:
        return int(ligne["numeroDossier"].removeprefix("CA-"))

    def _echeance(self, ligne: dict[str, Any]) -> dict[str, Any] | None:
        """The échéance that a line draws on; frais annexes draw on none."""
        if ligne["natureLigne"] not in ("PEDAGOGIE", "MAJORATION_RQTH"):
            return None
        echeances = self.dossiers[self._numero(ligne)]["echeances"]
        return next(une for une in echeances if une["numero"] == ligne["numeroEcheance"])


EN_EUROS = frozenset({"engagement", "prixUnitaire", "plafondFraisPremierEquipement", "plafondFraisMobilite"})


def _in_euros(valeur: Any, nom: str = "") -> Any:
    if isinstance(valeur, dict):
        return {cle: _in_euros(fils, cle) for cle, fils in valeur.items()}
    if isinstance(valeur, list):
        return [_in_euros(fils) for fils in valeur]
    if isinstance(valeur, int) and (nom in EN_EUROS or nom.startswith(("montant", "dont"))):
        return euros(valeur)
    return valeur


def _facture_lue(facture: dict[str, Any], opco: OpcoVivant) -> dict[str, Any]:
    par_dossier: dict[str, int] = {}
    for ligne in facture["lignes"]:
        par_dossier[ligne["numeroDossier"]] = par_dossier.get(ligne["numeroDossier"], 0) + ligne["montant"]
    lue = {cle: valeur for cle, valeur in facture.items() if cle not in ("siret", "iban", "avoir")}
    return _in_euros(
        lue
        | {
            "montantFacture": sum(par_dossier.values()),
            "montantRegle": sum(ligne["montantRegle"] for ligne in facture["lignes"]),
            "organismeFormation": {"siret": facture["siret"], "IBAN": facture["iban"]},
            "dossiers": [
                {
                    "numeroInterneDossier": numero.removeprefix("CA-").lstrip("0"),
                    "numeroExterneDossier": numero,
                    "montant": montant,
                }
                for numero, montant in par_dossier.items()
            ],
        }
    )


def _json(corps: Any) -> httpx.Response:
    return httpx.Response(200, content=json.dumps(corps).encode())


def _refus(statut: int, code: str) -> httpx.Response:
    corps = {"description": "Refusé pour l'essai.", "errors": [{"code": code, "description": "Raison."}]}
    return httpx.Response(statut, json=corps)
