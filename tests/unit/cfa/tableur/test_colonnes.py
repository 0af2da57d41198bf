"""The template cannot drift from the norm: its columns are the members of the structs."""

import msgspec
import pytest

from traitdunion.cfa.tableur import aides
from traitdunion.cfa.tableur.colonnes import (
    LIGNES,
    SANS_COLONNE,
    Genre,
    Presence,
    by_chemin,
    by_titre,
    colonnes,
    fold_titre,
)
from traitdunion.cfa.tableur.ecriture.notice import describe
from traitdunion.norme.controles import completude
from traitdunion.norme.lecture.plan import Plan, compile_plan
from traitdunion.norme.messages.cerfa import DepotDossier
from traitdunion.norme.messages.convention import Convention

# What only the OPCO sets, and what a column's place says.
DE_L_OPCO = {f"cerfa.{nom}" for nom in ("numeroInterne", "numeroExterne", "numeroDeca", "etat", "commentaireEtat")}
# What the convention repeats of the form, and the number that its dossier is given.
COPIES = ("employeur", "apprenti", "contrat", "organismeFormation", "formation", "numeroInterneDossier")


def _leaves(plan: Plan, chemin: str) -> set[str]:
    feuilles: set[str] = set()
    for nom, membre in plan.membres.items():
        fils = f"{chemin}.{nom}" if chemin else nom
        feuilles |= {fils} if membre.plan is None else _leaves(membre.plan, fils)
    return feuilles


def _in_the_norm(chemin: str) -> str:
    return f"{LIGNES}.{chemin.rpartition('.')[2]}" if chemin.startswith(LIGNES) else chemin


def test_every_column_is_a_member_of_the_norm_and_every_member_that_a_cfa_says_has_its_column() -> None:
    cerfa = _leaves(compile_plan(DepotDossier), "")
    convention = {
        feuille for feuille in _leaves(compile_plan(Convention), "convention") if feuille.split(".")[1] not in COPIES
    }
    ecrites = {_in_the_norm(colonne.chemin) for colonne in colonnes() if colonne.groupe != "Suivi"}
    ecrites.discard("suivi.fichier")

    assert ecrites == cerfa - DE_L_OPCO - SANS_COLONNE - {f"{LIGNES}.ordre"} | convention


def test_all_that_a_deposit_needs_can_be_typed() -> None:
    attendus = {requis.chemin for section in completude.REQUIS.values() for requis in section.membres}
    chemins = set(by_chemin())

    assert {attendu for attendu in attendus if not any(chemin.startswith(attendu) for chemin in chemins)} == set()
    assert {c.chemin for c in colonnes() if c.presence is Presence.OBLIGATOIRE} >= completude.OBLIGATOIRES
    assert by_chemin()["convention.mandatEmployeur"].presence is Presence.OBLIGATOIRE


def test_headings_are_all_different_even_to_a_hurried_reader() -> None:
    titres = [fold_titre(colonne.titre) for colonne in colonnes()]

    assert len(titres) == len(set(titres)) > 150
    assert all(by_titre()[fold_titre(colonne.titre)] is colonne for colonne in colonnes())


def test_other_headings_lead_to_columns_and_never_take_the_place_of_one() -> None:
    for titre, chemin in aides.AUTRES_TITRES.items():
        assert by_titre()[fold_titre(titre)].chemin == chemin


@pytest.mark.parametrize("titre", ["NOM DE NAISSANCE DE L’APPRENTI *", "nom de naissance  de l'apprenti(e)", "Nom"])
def test_a_heading_is_known_whatever_its_case_accents_signs_and_spaces(titre: str) -> None:
    assert by_titre()[fold_titre(titre)].chemin == "cerfa.apprenti.nom"


def test_help_written_for_a_member_speaks_of_one_that_exists() -> None:
    chemins = [*by_chemin()]

    for prefixe in (*aides.PRECISIONS, *aides.TITRES, *aides._EXEMPLES):
        assert any(chemin.startswith(prefixe) for chemin in chemins), prefixe


def test_every_column_says_what_to_type() -> None:
    for colonne in colonnes():
        assert len(describe(colonne)) > 20
        assert len(colonne.titre) <= 90
        if colonne.presence is not Presence.FACULTATIF:
            assert colonne.exemple, colonne.chemin


def test_numbers_that_may_begin_with_a_zero_are_kept_as_text() -> None:
    for nom in ("siret", "codePostal", "telephone", "codeIdcc", "uaiCfa", "codeDiplome", "departementNaissance", "nir"):
        trouvees = [colonne for colonne in colonnes() if colonne.chemin.endswith(f".{nom}")]
        assert trouvees
        assert {colonne.genre for colonne in trouvees} == {Genre.NUMERO}


def test_columns_are_frozen_values() -> None:
    with pytest.raises(AttributeError):
        colonnes()[0].titre = "autre"  # type: ignore[misc]
    assert isinstance(msgspec.structs.fields(DepotDossier), tuple)
