"""From a deposit of the norm to the filled CERFA: the way back of `reading`."""

from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import pikepdf

from traitdunion.cfa.cerfa_pdf.appearance import helvetica, show_box, show_text
from traitdunion.cfa.cerfa_pdf.carte import CADRE_RESERVE, ZONES
from traitdunion.cfa.cerfa_pdf.pdf import ChampPdf, missing_fields, open_form
from traitdunion.cfa.cerfa_pdf.saisie import Note, Valeur
from traitdunion.norme import ecriture, lecture
from traitdunion.norme.erreurs import Refus
from traitdunion.norme.messages.cerfa import DepotDossier

# Members of the norm that have no place on the paper (regles.md §1.2), with their French label.
HORS_FORMULAIRE = {
    "cerfa.CERFAsignatureProbante": "la signature électronique probante",
    "cerfa.employeur.nom": "le nom de l'employeur, personne physique",
    "cerfa.employeur.prenom": "le prénom de l'employeur, personne physique",
    "cerfa.employeur.libelleIdcc": "le libellé de la convention collective",
    "cerfa.maitre1.nir": "le NIR du maître d'apprentissage n°1",
    "cerfa.maitre2.nir": "le NIR du maître d'apprentissage n°2",
    "cerfa.contrat.noContrat": "le numéro du contrat",
    "cerfa.contrat.dateRupture": "la date de rupture",
    "cerfa.organismeFormation.visaCfa": "le visa du CFA",
}
ORDRES = frozenset(f"{annee}.{periode}" for annee in range(1, 5) for periode in (1, 2))
_A_LA_MAIN = "opco."


@dataclass(frozen=True)
class CerfaRempli:
    """A filled form, and what of the deposit has no place on it."""

    pdf: bytes
    notes: tuple[Note, ...]


def fill_cerfa(depot: DepotDossier | Mapping[str, Any], blank_form: bytes | Path) -> bytes:
    """The form with the deposit written in its fields, values shown by any viewer. Raises CerfaIllisible.

    `depot` may be plain values as `read_cerfa` gives them. Fields that the deposit does not fill are emptied, so that
    a form used before never mixes two people; the frame of the OPCO is left as it is, save the two numbers of the norm.
    """
    return fill_cerfa_with_notes(depot, blank_form).pdf


def fill_cerfa_with_notes(depot: DepotDossier | Mapping[str, Any], blank_form: bytes | Path) -> CerfaRempli:
    """As `fill_cerfa`, with the notes. Raises CerfaIllisible, or Refus when `depot` cannot be read."""
    message, notes = _read_depot(depot)
    corps = ecriture.to_wire(message)
    saisie = _typed(corps)
    pdf, champs = open_form(blank_form)
    with pdf:
        if manquants := missing_fields(champs):
            notes.append(
                Note("cerfa", f"{len(manquants)} champs du CERFA officiel manquent dans ce formulaire vierge.")
            )
        _write(pdf, champs, saisie)
        tampon = BytesIO()
        pdf.save(tampon)
    return CerfaRempli(tampon.getvalue(), (*notes, *_off_form(corps)))


def _read_depot(depot: DepotDossier | Mapping[str, Any]) -> tuple[DepotDossier, list[Note]]:
    if isinstance(depot, DepotDossier):
        return depot, []
    lu = lecture.read(DepotDossier, ecriture.write(dict(depot)))
    if lu.message.cerfa is None:
        raise Refus(lu.anomalies)
    return lu.message, [Note(a.champ or "cerfa", a.description, illisible=True) for a in lu.anomalies]


def _typed(corps: dict[str, Any]) -> dict[str, Valeur]:
    saisie: dict[str, Valeur] = {}
    for zone in ZONES:
        valeur = _get(corps, zone.chemin)
        if valeur is not None:
            saisie |= zone.write(valeur)
    return saisie


def _write(pdf: pikepdf.Pdf, champs: Mapping[str, ChampPdf], saisie: Mapping[str, Valeur]) -> None:
    police = helvetica(pdf)
    laisses = {nom for zone in CADRE_RESERVE.zones if zone.chemin.startswith(_A_LA_MAIN) for nom in zone.noms}
    for nom, champ in champs.items():
        if nom in laisses:
            continue
        if champ.est_case:
            cochee = saisie.get(nom) is True
            for widget in champ.widgets:
                show_box(widget, cochee=cochee)
            champ.objet["/V"] = champ.widgets[0]["/AS"]
        else:
            texte = str(saisie.get(nom, ""))
            champ.objet["/V"] = pikepdf.String(texte)
            for widget in champ.widgets:
                show_text(pdf, widget, texte, police)
    # Every field now has its appearance: asked to redraw them, viewers would each do it their own way.
    pdf.Root["/AcroForm"]["/NeedAppearances"] = False


def _off_form(corps: dict[str, Any]) -> list[Note]:
    notes = [
        Note(chemin, f"Le formulaire n'a pas de place pour {libelle} : à conserver à part.")
        for chemin, libelle in HORS_FORMULAIRE.items()
        if _get(corps, chemin) is not None
    ]
    chemin = "cerfa.contrat.remunerationsAnnuelles"
    lignes = _get(corps, chemin) or ()
    if any("salaireBrut" in ligne for ligne in lignes):
        notes.append(Note(chemin, "Le formulaire n'a pas de place pour le salaire brut de chaque période."))
    ordres = [ligne.get("ordre") for ligne in lignes]
    if not set(ordres) <= ORDRES or len(set(ordres)) < len(ordres):
        phrase = "Une ligne de rémunération n'a pas de place : le formulaire en porte une par période, de 1.1 à 4.2."
        notes.append(Note(chemin, phrase, illisible=True))
    return notes


def _get(corps: Any, chemin: str) -> Any:
    for nom in chemin.split("."):
        if not isinstance(corps, dict):
            return None
        corps = corps.get(nom)
    return corps
