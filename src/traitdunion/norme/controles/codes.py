"""Members whose values come from a closed list (regles.md §1.3)."""

from collections.abc import Iterator
from datetime import date

from traitdunion.norme import nomenclatures as n
from traitdunion.norme.controles.libelles import Champ, champ
from traitdunion.norme.erreurs import controles as codes
from traitdunion.norme.erreurs.entree import Anomalie
from traitdunion.norme.messages.cerfa import Cerfa

LISTES: tuple[tuple[Champ, n.Nomenclature], ...] = (
    (champ("employeur.typeEmployeur"), n.TYPE_EMPLOYEUR),
    (champ("employeur.employeurSpecifique"), n.EMPLOYEUR_SPECIFIQUE),
    (champ("apprenti.sexe"), n.SEXE),
    (champ("apprenti.nationalite"), n.NATIONALITE),
    (champ("apprenti.regimeSocial"), n.REGIME_SOCIAL),
    (champ("apprenti.situationAvantContrat"), n.SITUATION_AVANT_CONTRAT),
    (champ("apprenti.diplomePrepare"), n.DIPLOME),
    (champ("apprenti.derniereClasse"), n.DERNIERE_CLASSE),
    (champ("apprenti.diplome"), n.DIPLOME),
    (champ("maitre1.niveauDiplomeObtenu"), n.NIVEAU_MAITRE),
    (champ("maitre2.niveauDiplomeObtenu"), n.NIVEAU_MAITRE),
    (champ("contrat.modeContractuel"), n.MODE_CONTRACTUEL),
    (champ("contrat.typeContratApp"), n.TYPE_CONTRAT),
    (champ("contrat.typeDerogation"), n.TYPE_DEROGATION),
    (champ("formation.typeDiplome"), n.DIPLOME),
)
TYPE_SALAIRE = "Rémunération : SMIC ou SMC"


def check(cerfa: Cerfa, _recu_le: date) -> Iterator[Anomalie]:
    """Codes that are in no list (blocking) or in an old one only."""
    for membre, liste in LISTES:
        section = getattr(cerfa, membre.section)
        code = None if section is None else membre.read(section)
        if code is not None and code not in liste.codes:
            yield unknown(membre.chemin, membre.libelle, code, liste)
    contrat = cerfa.contrat
    for rang, ligne in enumerate(contrat.remunerations_annuelles or () if contrat else ()):
        if ligne.type_salaire is not None and ligne.type_salaire not in n.TYPE_SALAIRE.codes:
            chemin = f"cerfa.contrat.remunerationsAnnuelles[{rang}].typeSalaire"
            yield unknown(chemin, TYPE_SALAIRE, ligne.type_salaire, n.TYPE_SALAIRE)


def unknown(chemin: str, libelle: str, code: str, liste: n.Nomenclature) -> Anomalie:
    """The anomaly of a code that is not in today's list."""
    entree = codes.CODE_ANCIEN if code in liste.anciens else codes.CODE_INCONNU
    return entree.anomalie(chemin, libelle=libelle, admis=liste.admis())
