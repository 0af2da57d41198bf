"""What the peer decides, without HTTP: an envoi in, a status and an answer out."""

import json
import os
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from hmac import compare_digest
from pathlib import Path
from typing import Any

from traitdunion.bac_a_sable.deca.base import Base, Depot
from traitdunion.bac_a_sable.deca.comportements import Comportement, choose
from traitdunion.bac_a_sable.deca.numeros import departement_of
from traitdunion.norme.identifiants import siret_valide

CODE_SORTIE = 137
NATURES = ("CONTRAT", "AVENANT", "REFUS")
OBLIGATOIRES = ("siretEmployeur", "siretCfa", "nom", "prenom", "typeContrat", "dateConclusion", "dateDebut", "dateFin")
MALFORME = "2026-MALFORME"


@dataclass(frozen=True)
class Reglages:
    """How the peer behaves; `lenteur` in seconds."""

    dossier: Path
    secret: str = field(default="", repr=False)
    idempotent: bool = True
    lenteur: float = 20.0
    configuration: Mapping[Comportement, int | None] = field(default_factory=dict)


class Muet(Exception):
    """The connection is to be closed without an answer."""


class Pair:
    """The peer: one per process, called by several threads."""

    def __init__(self, reglages: Reglages) -> None:
        self._reglages = reglages
        self._base = Base(reglages.dossier)
        self._arret = threading.Event()

    def close(self) -> None:
        """Wake those who wait, close the file."""
        self._arret.set()
        self._base.close()

    def allows(self, autorisation: str | None) -> bool:
        """Whether a caller has the secret."""
        attendu = f"Bearer {self._reglages.secret}"
        return not self._reglages.secret or compare_digest((autorisation or "").encode(), attendu.encode())

    def find(self, reference: str) -> tuple[int, Any]:
        """What a reference has become."""
        gardes = self._base.list_of(reference)
        if not gardes:
            return 404, {"erreur": "référence inconnue"}
        return 200, self._tell(gardes[-1], gardes)

    def deposit(self, reference: str, envoi: Mapping[str, Any], *, jour: date) -> tuple[int, Any]:
        """Take a deposit or a refusal, on this day. Raises Muet."""
        nature = envoi.get("nature")
        manquants = [nom for nom in OBLIGATOIRES if not envoi.get(nom)]
        if envoi.get("reference") != reference or nature not in NATURES or manquants:
            return 400, {"erreur": "envoi incomplet", "membres": manquants}
        if nature == "REFUS" and not (envoi.get("motifsRefus") or envoi.get("texteRefus")):
            return 400, {"erreur": "refus sans motif"}
        essai, rang = self._base.count_call(reference)
        voulus = choose(str(envoi["nom"]), essai=essai, rang=rang, configuration=self._reglages.configuration)
        if Comportement.ERREUR in voulus:
            return 500, {"erreur": "panne provoquée"}
        if Comportement.TARDIF in voulus:
            self._arret.wait(self._reglages.lenteur)
        contenu = json.dumps(envoi, sort_keys=True, ensure_ascii=False)
        depot = self._record(reference, envoi, contenu, jour=jour, voulus=voulus)
        if self._reglages.idempotent and depot.contenu != contenu:
            return 409, {"erreur": "cette référence est déjà celle d'un autre envoi"}
        self._misbehave(voulus)
        if Comportement.DOUBLE in voulus:
            return 500, {"erreur": "panne provoquée après l'enregistrement"}
        if Comportement.ILLISIBLE in voulus:
            return 200, "Dépôt enregistré."
        return 200, self._tell(depot, self._base.list_of(reference))

    def _record(
        self,
        reference: str,
        envoi: Mapping[str, Any],
        contenu: str,
        *,
        jour: date,
        voulus: frozenset[Comportement],
    ) -> Depot:
        departement = departement_of(envoi.get("codePostalEmployeur"))
        avenant = envoi["nature"] == "AVENANT"
        precedent = envoi.get("numeroContratPrecedent")
        motif = self._ground(envoi, departement, voulus)
        if envoi["nature"] == "REFUS":
            depot = Depot(reference, "REFUS_RECU", contenu)
        elif motif is not None:
            depot = Depot(reference, "NON_DEPOSABLE", contenu, libelle=motif[0], commentaire=motif[1])
        else:
            depot = Depot(reference, "DEPOSE", contenu)
        impose = MALFORME if Comportement.MALFORME in voulus else precedent if avenant else None
        suite = {"departement": departement or "", "jour": jour, "numero": impose, "avenant": avenant}
        fait = self._base.record(depot, idempotent=self._reglages.idempotent, **suite)
        if Comportement.AUTRE in voulus:
            self._base.record(depot, idempotent=False, **suite)
        return fait

    @staticmethod
    def _ground(
        envoi: Mapping[str, Any], departement: str | None, voulus: frozenset[Comportement]
    ) -> tuple[str, str] | None:
        """Why a contract is not deposited, in the words of a State's service."""
        if Comportement.REFUS in voulus:
            return "Contrat non déposable", "Refus provoqué pour un essai."
        if departement is None:
            return "Département de l'employeur inconnu", "Le code postal de l'établissement n'est pas reconnu."
        if not (siret_valide(str(envoi["siretEmployeur"])) and siret_valide(str(envoi["siretCfa"]))):
            return "SIRET inconnu", "Le SIRET de l'employeur ou du CFA n'existe pas."
        if envoi["nature"] == "AVENANT" and not envoi.get("numeroContratPrecedent"):
            return "Contrat initial inconnu", "L'avenant ne dit pas sur quel contrat il porte."
        return None

    def _misbehave(self, voulus: frozenset[Comportement]) -> None:
        """Once it is recorded. Raises Muet."""
        if Comportement.MORT in voulus:
            os._exit(CODE_SORTIE)
        if Comportement.LENT in voulus:
            self._arret.wait(self._reglages.lenteur)
        if Comportement.MUET in voulus:
            raise Muet

    def _tell(self, depot: Depot, gardes: list[Depot]) -> dict[str, Any]:
        """A deposit on the wire, with the other numbers that its reference was given."""
        numeros = {un.num_avenant or un.num_depot for un in gardes if un.etat == "DEPOSE"}
        autres = sorted(un for un in numeros - {depot.num_avenant or depot.num_depot} if un)
        dit: dict[str, Any] = {"reference": depot.reference, "etat": depot.etat}
        if depot.etat == "DEPOSE":
            dit |= {"numDepot": depot.num_depot or "", "autresNumDepot": autres}
            if depot.num_avenant:
                dit["numAvenant"] = depot.num_avenant
        elif depot.etat == "NON_DEPOSABLE":
            dit |= {
                "libelleMotifNonDepot": depot.libelle or "",
                "commentaireMotifNonDepot": depot.commentaire or "",
            }
        return dit
