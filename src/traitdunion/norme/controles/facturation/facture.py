"""Factures and avoirs: whole, added up, of the right sign (norme.md §2.3, regles.md §5).

What needs the dossier, its échéancier or the CFA's bank account is not here: this is what a CFA can check by itself.
"""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from traitdunion.norme.controles.codes import unknown
from traitdunion.norme.controles.dates import fr
from traitdunion.norme.controles.libelles import champs
from traitdunion.norme.erreurs import controles as codes
from traitdunion.norme.erreurs import factures, lecture
from traitdunion.norme.erreurs.entree import Anomalie
from traitdunion.norme.facturation.echeances import read_numero_echeance
from traitdunion.norme.facturation.montants import say_montant, to_centimes
from traitdunion.norme.facturation.natures import read_nature
from traitdunion.norme.identifiants import iban_valide, siret_valide
from traitdunion.norme.lecture.order import in_form_order
from traitdunion.norme.messages.facture import Avoir, Facture, LigneFacture
from traitdunion.norme.nomenclatures import NATURE_LIGNE

# Without them nothing can be paid, nor even put anywhere: all of them block. Below the name of the part.
REQUIS = ("numero", "dateEmission", "montantTotal", "siretEmetteur", "ibanEmetteur")
REQUIS_LIGNE = ("montant", "natureLigne", "numeroEcheance", "numeroDossier")
ORIGINE = "numeroFactureOrigine"
_MEMBRES = {
    "facture": champs(*REQUIS, struct=Facture, racine="facture"),
    "avoir": champs(*REQUIS, ORIGINE, struct=Avoir, racine="avoir"),
}
_LIGNE = {nom: champs(nom, struct=LigneFacture, racine="")[0] for nom in REQUIS_LIGNE}
CONSEIL_FACTURE = "Pour corriger une facture déjà envoyée, déposez un avoir."
CONSEIL_AVOIR = "Les montants d'un avoir s'écrivent en négatif."


def check_facture(facture: Facture, *, recu_le: date) -> list[Anomalie]:
    """Every anomaly that the body alone tells of a facture received on `recu_le` (a day in France)."""
    return in_form_order(_check(facture, "facture", recu_le))


def check_avoir(avoir: Avoir, *, recu_le: date) -> list[Anomalie]:
    """The same of an avoir, whose amounts are negative and which quotes the facture that it corrects."""
    return in_form_order(_check(avoir, "avoir", recu_le))


def _check(facture: Facture, racine: str, recu_le: date) -> Iterator[Anomalie]:
    for requis in _MEMBRES[racine]:
        if requis.read(facture) is None:
            yield codes.MEMBRE_OBLIGATOIRE.anomalie(requis.chemin, libelle=requis.libelle)
    emission = facture.date_emission
    if emission is not None and emission > recu_le:
        yield factures.DATE_EMISSION_FUTURE.anomalie(f"{racine}.dateEmission", jour=fr(emission), recu_le=fr(recu_le))
    yield from _check_emetteur(facture, racine)
    if not facture.lignes:
        yield factures.LIGNES_ABSENTES.anomalie(f"{racine}.lignes")
        return
    yield from _check_somme(facture, facture.lignes, racine)
    yield from _check_certificat(facture, facture.lignes, racine)
    for rang, ligne in enumerate(facture.lignes):
        yield from _check_ligne(ligne, f"{racine}.lignes[{rang}]", avoir=racine == "avoir")


def _check_emetteur(facture: Facture, racine: str) -> Iterator[Anomalie]:
    libelles = {requis.attribut: requis.libelle for requis in _MEMBRES[racine]}
    if facture.siret_emetteur is not None and not siret_valide(facture.siret_emetteur):
        yield codes.SIRET_INVALIDE.anomalie(f"{racine}.siretEmetteur", libelle=libelles["siret_emetteur"])
    if facture.iban_emetteur is not None and not iban_valide(facture.iban_emetteur):
        yield factures.IBAN_INVALIDE.anomalie(f"{racine}.ibanEmetteur", libelle=libelles["iban_emetteur"])


def _check_somme(facture: Facture, lignes: tuple[LigneFacture, ...], racine: str) -> Iterator[Anomalie]:
    """The total, when all that it adds up was read."""
    montants = [ligne.montant for ligne in lignes if ligne.montant is not None]
    if facture.montant_total is None or len(montants) != len(lignes):
        return
    somme = sum(montants, Decimal(0))
    if somme != facture.montant_total:
        yield factures.SOMME_DES_LIGNES.anomalie(
            f"{racine}.montantTotal", total=_said(facture.montant_total), somme=_said(somme)
        )


def _check_certificat(facture: Facture, lignes: tuple[LigneFacture, ...], racine: str) -> Iterator[Anomalie]:
    """A facture of first échéances alone proves nothing: they are advances (norme.md §2.3)."""
    if facture.est_certificat_realisation and {read_numero_echeance(ligne.numero_echeance) for ligne in lignes} == {1}:
        yield factures.CERTIFICAT_SUR_PREMIERE_ECHEANCE.anomalie(f"{racine}.estCertificatRealisation")


def _check_ligne(ligne: LigneFacture, chemin: str, *, avoir: bool) -> Iterator[Anomalie]:
    for nom, requis in _LIGNE.items():
        if requis.read(ligne) is None:
            yield codes.MEMBRE_OBLIGATOIRE.anomalie(f"{chemin}.{nom}", libelle=requis.libelle)
    if ligne.montant is not None and not (ligne.montant < 0 if avoir else ligne.montant > 0):
        yield factures.MONTANT_DE_LIGNE.anomalie(
            f"{chemin}.montant",
            montant=_said(ligne.montant),
            attendu="inférieur" if avoir else "supérieur",
            conseil=CONSEIL_AVOIR if avoir else CONSEIL_FACTURE,
        )
    if ligne.nature_ligne is not None and read_nature(ligne.nature_ligne) is None:
        yield unknown(f"{chemin}.natureLigne", _LIGNE["natureLigne"].libelle, ligne.nature_ligne, NATURE_LIGNE)
    if ligne.numero_echeance is not None and read_numero_echeance(ligne.numero_echeance) is None:
        yield lecture.NUMERO_ILLISIBLE.anomalie(f"{chemin}.numeroEcheance", libelle=_LIGNE["numeroEcheance"].libelle)


def _said(montant: Decimal) -> str:
    """An amount as it was read, so a whole number of cents."""
    return say_montant(to_centimes(montant))
