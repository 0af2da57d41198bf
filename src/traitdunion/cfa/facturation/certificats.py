"""Which certificate is whose: PDF files matched by the number or the name in theirs. Pure."""

import re
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import msgspec

from traitdunion.cfa.suivi.modele import DossierSuivi, EcheanceSuivie, Vue
from traitdunion.norme.facturation.etats import EtatDeLigne
from traitdunion.norme.identite import fold_name

_NUMERO = re.compile(r"CA-[0-9]{7}(?![0-9])")
_ECHEANCE = re.compile(r"(?<![A-Z0-9])E(?:CH(?:EANCE)?)?[ _-]?([1-9][0-9]?)(?![0-9])")
FACTURABLES = ("ENGAGE", "RUPTURE")


class CertificatTrouve(msgspec.Struct, frozen=True, kw_only=True):
    """A file, and the échéance that it proves."""

    nom: str
    dossier: DossierSuivi
    echeance: EcheanceSuivie


class FichierEcarte(msgspec.Struct, frozen=True, kw_only=True):
    """A file that is nobody's for sure, and why."""

    nom: str
    pourquoi: str


def match_certificats(noms: Sequence[str], vue: Vue, *, le: date) -> tuple[list[CertificatTrouve], list[FichierEcarte]]:
    """Whose each file is: « CA-0000001 », or « NOM Prénom », then « E2 » if it says which échéance.

    Without it: the échéance whose invoice waits for its certificate, else the latest that is open, the first aside.
    """
    trouves: list[CertificatTrouve] = []
    ecartes: list[FichierEcarte] = []
    for nom in noms:
        dossiers = _dossiers_of(nom, vue)
        if len(dossiers) != 1:
            dits = ", ".join(un.numero_externe for un in dossiers[:3])
            pourquoi = (
                f"plusieurs dossiers possibles ({dits}) : mettez le numéro CA- dans le nom du fichier"
                if dossiers
                else "ni numéro CA- ni nom d'apprenti reconnu dans le nom du fichier"
            )
            ecartes.append(FichierEcarte(nom=nom, pourquoi=pourquoi))
            continue
        echeance = _echeance_of(nom, dossiers[0], vue, le)
        if echeance is None:
            ecartes.append(FichierEcarte(nom=nom, pourquoi="aucune échéance ouverte à attester pour ce dossier"))
            continue
        trouves.append(CertificatTrouve(nom=nom, dossier=dossiers[0], echeance=echeance))
    return trouves, ecartes


def _dossiers_of(nom: str, vue: Vue) -> list[DossierSuivi]:
    facturables = [un for un in vue.dossiers if un.etat in FACTURABLES]
    if trouve := _NUMERO.search(nom.upper()):
        return [un for un in facturables if un.numero_externe == trouve.group()]
    mots = _words(Path(nom).stem)
    return [un for un in facturables if un.nom and un.prenom and _words(f"{un.nom} {un.prenom}") <= mots]


def _echeance_of(nom: str, dossier: DossierSuivi, vue: Vue, le: date) -> EcheanceSuivie | None:
    ouvertes = {une.numero: une for une in dossier.echeances if une.ouverture <= le}
    if dite := _ECHEANCE.search(fold_name(Path(nom).stem).upper()):
        return ouvertes.get(dite[1])
    for facture in vue.factures:
        for ligne in facture.lignes:
            if ligne.dossier == dossier.numero_externe and ligne.etat == EtatDeLigne.A_COMPLETER:
                return ouvertes.get(ligne.echeance)
    suivantes = [une for une in ouvertes.values() if une.numero != "1"]
    return suivantes[-1] if suivantes else None


def _words(texte: str) -> set[str]:
    return set(re.split(r"[^a-z0-9]+", fold_name(texte).casefold())) - {""}
