"""Where the values of a contract come from: the parameters of its day, the reference tables, the form."""

from datetime import date

from traitdunion.norme.messages.cerfa import Cerfa
from traitdunion.norme.parametres import ReglesFinancement
from traitdunion.opco.financement.calcul.arithmetique import say_jour
from traitdunion.opco.financement.faits import Niveau, Sources
from traitdunion.opco.parametres import ParametresOpco
from traitdunion.opco.referentiels import Registre
from traitdunion.opco.referentiels.consultation import ChoixNpec

NIVEAUX_DIPLOME = range(3, 9)


class BaremeDate:
    """Reads the shipped and imported values; no I/O."""

    def __init__(self, *, parametres: ParametresOpco, registre: Registre | None) -> None:
        """`registre`: the reference data of this process, None when there are none."""
        self._parametres = parametres
        self._registre = registre

    def regles_at(self, jour: date) -> ReglesFinancement:
        """The parameters of funding in force on a day."""
        return self._parametres.en_vigueur.at(jour)

    def read_sources(self, cerfa: Cerfa) -> Sources:
        """NPEC by RNCP × branch at the date de conclusion, then the valeur d'amorçage of the level (§4.1, §4.2)."""
        contrat, formation, employeur = cerfa.contrat, cerfa.formation, cerfa.employeur
        if contrat is None or contrat.date_conclusion is None or formation is None:
            return Sources()
        jour, rncp = contrat.date_conclusion, formation.rncp or ""
        niveau, niveaux = None, []
        if self._registre is not None:
            vue = self._registre.vue
            certification = vue.find_certification(rncp, jour=jour)
            niveau = certification.niveau if certification else None
            choix = vue.find_npec(rncp, idcc=(employeur.code_idcc if employeur else None) or "", jour=jour)
            niveaux = _levels(choix) if choix else []
        # Of a certification that the tables do not know, the form's own diploma tells the level.
        niveau = niveau or level_of_diplome(formation.type_diplome)
        regles = self.regles_at(jour)
        amorcage = regles.amorcage(niveau) if niveau is not None else None
        if amorcage is not None:
            source = f"valeur d'amorçage du niveau {niveau} au {say_jour(jour)}"
            niveaux.append(Niveau(montant=amorcage, source=source, amorcage=True))
        return Sources(
            niveaux=tuple(niveaux),
            niveau_certification=niveau,
            hors_minoration=rncp in regles.distance_hors_minoration,
            droits_assimiles=regles.rqth_droits_assimiles,
        )


def _levels(choix: ChoixNpec) -> list[Niveau]:
    """The candidates, the one retained first, each with the branch that sets it."""
    retenu = choix.retenu
    autres = [un for un in choix.candidats if un != retenu]
    return [
        Niveau(
            montant=un.montant,
            source=f"NPEC {un.rncp}, {'carence' if choix.carence else un.cpne_libelle}, "
            f"applicable au {say_jour(un.applicable_du)}",
        )
        for un in (retenu, *autres)
    ]


def level_of_diplome(code: str | None) -> int | None:
    """The level that a code of « diplôme visé » begins with (regles.md §1.3): 54 is of level 5."""
    if code is None or not code[:1].isdigit() or int(code[0]) not in NIVEAUX_DIPLOME:
        return None
    return int(code[0])
