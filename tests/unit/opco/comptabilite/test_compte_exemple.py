"""The hand-written accounts of docs/financement/compte-exemple.toml, replayed on the model and on the ledger.

The échéanciers come from the product's computation, so that the table is held against it too.
"""

import tomllib
from typing import Any

import pytest
from builders.projet import RACINE
from modele.argent import Dossier, Part

from traitdunion.norme.parametres import LIVRES
from traitdunion.opco.comptabilite.livre import Livre, set_aside
from traitdunion.opco.comptabilite.postes import EN_COURS, HORS_ECHEANCE, Cle, Poste
from traitdunion.opco.financement.calcul import Contrat, Engagement, Rupture, apply_rupture, compute

FICHIER = RACINE / "docs" / "financement" / "compte-exemple.toml"
COMPTES = tomllib.loads(FICHIER.read_text(encoding="utf-8"))["compte"]
TITRES = [compte["titre"] for compte in COMPTES]


def _part(colonne: str) -> Part:
    return (int(colonne), "PEDAGOGIE") if colonne.isdigit() else (None, colonne)


def _part_of(ligne: dict[str, Any]) -> Part:
    return (ligne["echeance"] if ligne["nature"] == "PEDAGOGIE" else None, ligne["nature"])


def _cle(part: Part) -> Cle:
    return Cle(part[0] or HORS_ECHEANCE, part[1])


def _compute(compte: dict[str, Any]) -> Engagement:
    contrat = compte["contrat"]
    regles = LIVRES.at(contrat["conclusion"])
    return compute(Contrat(**{nom: contrat[nom] for nom in ("conclusion", "debut", "fin", "npec", "niveau")}), regles)


def _frais(compte: dict[str, Any]) -> list[int]:
    contrat = compte["contrat"]
    return [contrat["nuitees"] * 600, contrat["repas"] * 300, contrat["premier_equipement"]]


class Comptes:
    """The model and the ledger of one contract, played together from the table."""

    def __init__(self, compte: dict[str, Any]) -> None:
        self.parts = [_part(colonne) for colonne in compte["colonnes"]]
        self.modele, self.livre = Dossier(), Livre()
        self.numeros: dict[tuple[str, int], int] = {}
        self.vire = self.compense = self.rembourse = 0

    def engage(self, montants: list[int]) -> None:
        self.modele.engage(dict(zip(self.parts, montants, strict=True)))
        self.livre.record_engagement({_cle(part): m for part, m in zip(self.parts, montants, strict=True)})

    def play(self, etape: dict[str, Any]) -> None:
        getattr(self, f"_{etape['acte']}")(etape)

    def _accord(self, etape: dict[str, Any]) -> None:
        self.engage(etape["attendu"]["engage"])

    _rupture = _accord

    def _facture(self, etape: dict[str, Any]) -> None:
        for rang, ligne in enumerate(etape["lignes"], 1):
            part = _part_of(ligne)
            numero = self.modele.invoice(part, ligne["montant"]).numero
            self.livre.record_ligne(_cle(part), numero, ligne["montant"])
            self.numeros[etape["numero"], rang] = numero

    def _lines(self, etape: dict[str, Any], rangs: list[int]) -> list[tuple[int, Cle]]:
        numeros = [self.numeros[etape["numero"], rang] for rang in rangs]
        return [(numero, _cle(self.modele.line(numero).part)) for numero in numeros]

    def _decision(self, etape: dict[str, Any]) -> None:
        for numero, cle in self._lines(etape, etape["acceptees"]):
            self.modele.accept(numero)
            self.livre.accept(cle, numero)
        for numero, cle in self._lines(etape, etape["rejetees"]):
            self.modele.reject(numero)
            self.livre.reject(cle, numero)

    def _paiement(self, etape: dict[str, Any]) -> None:
        paye = 0
        for numero, cle in self._lines(etape, etape["lignes"]):
            self.modele.order(numero)
            self.modele.pay(numero)
            ordonne = self.livre.order(cle, numero)
            self.livre.settle(cle, numero, ordonne, sans_avoir=0)
            paye += ordonne
        if etape["compense"]:
            self._give_back(etape["compense"])
            self.compense += etape["compense"]
        assert paye - etape["compense"] == etape["virement"]
        self.vire += etape["virement"]

    def _avoir(self, etape: dict[str, Any]) -> None:
        numero = self.numeros[etape["facture"], etape["ligne"]]
        ligne = self.modele.line(numero)
        sans_avoir = set_aside(montant=ligne.montant, debout=self.livre.debout(numero), credite=sum(ligne.avoirs))
        self.livre.credit(_cle(ligne.part), numero, etape["montant"], sans_avoir=sans_avoir)
        self.modele.credit(numero, etape["montant"])

    def _remboursement(self, etape: dict[str, Any]) -> None:
        self._give_back(etape["montant"])
        self.rembourse += etape["montant"]

    def _give_back(self, montant: int) -> None:
        self.modele.recover(montant)
        self.livre.recover(montant)

    def _forclusion(self, etape: dict[str, Any]) -> None:
        for part in self.parts:
            if self.modele.available(part):
                self.modele.foreclose(part)
        self.livre.foreclose()

    def _document(self, etape: dict[str, Any]) -> None:
        """A proof moves no amount."""

    _certificat = _document

    def read_modele(self) -> dict[str, Any]:
        """The figures of the table, as the model sums them."""
        regle = [sum(ligne.du for ligne in self.modele.lignes if ligne.part == part) for part in self.parts]
        engage, reste = ([lue(part) for part in self.parts] for lue in (self.modele.engaged, self.modele.available))
        forclos = [self.modele.foreclosed(part) for part in self.parts]
        en_cours = [e - r - a - f for e, r, a, f in zip(engage, regle, reste, forclos, strict=True)]
        return self._totals(regle, self.modele.to_recover()) | {
            "engage": engage, "regle": regle, "en_cours": en_cours, "reste": reste, "forclos": forclos
        }  # fmt: skip

    def read_livre(self) -> dict[str, Any]:
        """The same, as the ledger holds them."""
        postes = {
            "regle": (Poste.REGLE,),
            "en_cours": EN_COURS,
            "reste": (Poste.A_FACTURER,),
            "forclos": (Poste.FORCLOS,),
        }
        lus = {
            nom: [self.livre.total(*ceux, echeance=_cle(part).echeance, nature=part[1]) for part in self.parts]
            for nom, ceux in postes.items()
        }
        engage = [self.livre.engage(_cle(part)) for part in self.parts]
        return self._totals(lus["regle"], self.livre.trop_percu) | lus | {"engage": engage}

    def _totals(self, regle: list[int], trop_percu: int) -> dict[str, Any]:
        return {
            "total_regle": sum(regle),
            "vire": self.vire,
            "compense": self.compense,
            "rembourse": self.rembourse,
            "trop_percu": trop_percu,
        }


@pytest.mark.parametrize("compte", COMPTES, ids=TITRES)
def test_the_model_and_the_ledger_follow_the_table_to_the_cent(compte: dict[str, Any]) -> None:
    comptes = Comptes(compte)
    for etape in compte["etapes"]:
        comptes.play(etape)
        attendu = {nom: v for nom, v in etape["attendu"].items() if nom not in ("etat", "etat_facture")}
        assert comptes.read_modele() == attendu, f"model, {etape['jour']} {etape['acte']}"
        assert comptes.read_livre() == attendu, f"ledger, {etape['jour']} {etape['acte']}"


@pytest.mark.parametrize("compte", COMPTES, ids=TITRES)
def test_the_table_agrees_with_itself(compte: dict[str, Any]) -> None:
    jours = [etape["jour"] for etape in compte["etapes"]]
    assert jours == sorted(jours)
    for etape in compte["etapes"]:
        vu = etape["attendu"]
        parts = zip(vu["regle"], vu["en_cours"], vu["reste"], vu["forclos"], strict=True)
        assert [sum(part) for part in parts] == vu["engage"]
        assert vu["vire"] - vu["rembourse"] == vu["total_regle"] + vu["trop_percu"]
        assert etape["calcul"].strip()
    assert compte["etapes"][-1]["attendu"]["etat"] == "SOLDE"


@pytest.mark.parametrize("compte", COMPTES, ids=TITRES)
def test_the_table_starts_from_the_echeancier_that_is_computed(compte: dict[str, Any]) -> None:
    calcule = [
        {"numero": une.numero, "codification": une.codification, "ouverture": une.ouverture, "montant": une.total}
        for une in _compute(compte).echeances
    ]
    assert calcule == compte["echeances"]
    assert compte["etapes"][0]["attendu"]["engage"] == [une["montant"] for une in calcule] + _frais(compte)


def test_the_break_of_the_table_is_the_one_that_is_computed() -> None:
    (compte, etape), *autres = [(c, e) for c in COMPTES for e in c["etapes"] if e["acte"] == "rupture"]
    regles = LIVRES.at(compte["contrat"]["conclusion"])
    rupture = Rupture(dernier_jour=etape["dernier_jour"], maintien=etape["maintien"])
    restantes = [une.total for une in apply_rupture(_compute(compte), rupture, regles).echeances]

    assert not autres
    assert etape["attendu"]["engage"] == restantes + [0] * (8 - len(restantes)) + _frais(compte)
