"""Contracts as the paper CERFA can hold them, and a hand that types in a form."""

from collections.abc import Mapping
from datetime import date
from io import BytesIO
from typing import Any

import pikepdf
from hypothesis import strategies as st

_LETTRES = st.sampled_from("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZéèêëàâçîïôöûùüÉÈŁłœŒÿ'-")
_SIGNES = st.sampled_from("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZéèçÉ0123456789()\\/.,;:'’&+-«»€°")


def mots(maximum: int) -> st.SearchStrategy[str]:
    """A text as typed on one line: no double space, none at the ends."""
    mot = st.text(_SIGNES, min_size=1, max_size=12)
    return st.lists(mot, min_size=1, max_size=4).map(lambda liste: " ".join(liste)[:maximum].strip())


def noms() -> st.SearchStrategy[str]:
    """A name, of one or several words."""
    mot = st.text(_LETTRES, min_size=1, max_size=12)
    return st.lists(mot, min_size=1, max_size=3).map(" ".join)


def chiffres(nombre: int) -> st.SearchStrategy[str]:
    return st.text(st.sampled_from("0123456789"), min_size=nombre, max_size=nombre)


_jours = st.dates(min_value=date(1900, 1, 1), max_value=date(2199, 12, 31)).map(
    lambda jour: f"{jour.isoformat()}T00:00:00+00:00"
)
_montants = st.decimals(min_value=0, max_value=99999, places=2)
_courriels = noms().map(lambda nom: "".join(nom.split()) + "@exemple.invalid")
_adresses = st.fixed_dictionaries(
    {"commune": noms()},
    optional={"adresse1": mots(60), "adresse2": mots(60), "codePostal": chiffres(5)},
)
_diplomes = st.sampled_from(["80", "73", "62", "54", "41", "33", "25", "13"])


def _employeur() -> st.SearchStrategy[dict[str, Any]]:
    commun = {"attestationEligibilite": st.booleans(), "attestationPieces": st.booleans()}
    autres = {
        "denomination": mots(80),
        "siret": chiffres(14),
        "naf": chiffres(4).map(lambda c: f"{c}Z"),
        "nombreDeSalaries": st.integers(0, 999_999),
        "codeIdcc": chiffres(4),
        "telephone": chiffres(10),
        "courriel": _courriels,
        "adresse": _adresses,
        "employeurSpecifique": st.sampled_from(["0", "1", "2", "3", "4"]),
        "caisseComplementaire": mots(80),
    }
    prive = {**commun, "typeEmployeur": st.sampled_from(["11", "12", "16", "30"])}
    public = {**commun, "typeEmployeur": st.sampled_from(["21", "29"]), "regimeSpecifique": st.booleans()}
    return st.one_of(st.fixed_dictionaries(prive, optional=autres), st.fixed_dictionaries(public, optional=autres))


def _apprenti() -> st.SearchStrategy[dict[str, Any]]:
    legal = st.fixed_dictionaries(
        {"nom": noms()}, optional={"prenom": noms(), "courriel": _courriels, "adresse": _adresses}
    )
    oui_non = st.booleans()
    return st.fixed_dictionaries(
        {"nom": noms()},
        optional={
            "nomUsage": noms(),
            "prenom": noms(),
            "nir": chiffres(13),
            "sexe": st.sampled_from(["M", "F"]),
            "nationalite": st.sampled_from(["1", "2", "3"]),
            "dateNaissance": _jours,
            "departementNaissance": st.sampled_from(["001", "075", "02A", "974", "099"]),
            "communeNaissance": noms(),
            "regimeSocial": st.sampled_from(["1", "2"]),
            "handicap": oui_non,
            "droitsRqthExtensionBOE": oui_non,
            "droitsRqthEquivalenceJeune": oui_non,
            "inscriptionSportifDeHautNiveau": oui_non,
            "projetCreationRepriseEntreprise": oui_non,
            "situationAvantContrat": st.sampled_from([str(code) for code in range(1, 13)]),
            "diplome": _diplomes,
            "diplomePrepare": _diplomes,
            "derniereClasse": st.sampled_from(["01", "11", "42"]),
            "intituleDiplomePrepare": mots(255),
            "telephone": chiffres(10),
            "courriel": _courriels,
            "adresse": _adresses,
            "responsableLegal": legal,
        },
    )


def _maitre() -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(
        {"nom": noms()},
        optional={
            "prenom": noms(),
            "dateNaissance": _jours,
            "courriel": _courriels,
            "emploiOccupe": mots(80),
            "intituleDiplomeObtenu": mots(80),
            "niveauDiplomeObtenu": st.sampled_from(["0", "3", "8"]),
        },
    )


def _remunerations() -> st.SearchStrategy[list[dict[str, Any]]]:
    ordres = ["1.1", "1.2", "2.1", "2.2", "3.1", "3.2", "4.1", "4.2"]
    ligne = st.fixed_dictionaries(
        {"typeSalaire": st.sampled_from(["SMIC", "SMC"])},
        optional={"dateDebut": _jours, "dateFin": _jours, "taux": st.decimals(min_value=1, max_value=100, places=2)},
    )
    choisis = st.lists(st.sampled_from(ordres), unique=True, min_size=1).map(sorted)
    return choisis.flatmap(
        lambda retenus: st.tuples(*[ligne for _ in retenus]).map(
            lambda lignes: [{"ordre": ordre, **reste} for ordre, reste in zip(retenus, lignes, strict=True)]
        )
    )


def _contrat() -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(
        {"typeContratApp": st.sampled_from(["11", "21", "33"])},
        optional={
            "modeContractuel": st.sampled_from(["1", "2", "3", "4"]),
            "numeroContratPrecedent": chiffres(15),
            "noAvenant": chiffres(15),
            "dateConclusion": _jours,
            "dateDebutContrat": _jours,
            "dateFormationPratiqueEmployeur": _jours,
            "dateFinContrat": _jours,
            "dateEffetAvenant": _jours,
            "lieuSignatureContrat": noms(),
            "typeDerogation": st.sampled_from(["11", "60"]),
            "dureeTravailHebdoHeures": st.integers(0, 99),
            "dureeTravailHebdoMinutes": st.integers(0, 59),
            "travailRisque": st.booleans(),
            "salaireEmbauche": _montants,
            "avantageNourriture": _montants,
            "avantageLogement": _montants,
            "autreAvantageEnNature": st.booleans(),
            "remunerationsAnnuelles": _remunerations(),
        },
    )


def _organisme() -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(
        {"lieuFormationIdentique": st.booleans()},
        optional={
            "denomination": mots(120),
            "formationInterne": st.booleans(),
            "siret": chiffres(14),
            "uaiCfa": chiffres(7).map(lambda c: f"{c}A"),
            "adresse": _adresses,
        },
    )


def _formation() -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(
        {"typeDiplome": _diplomes},
        optional={
            "rncp": chiffres(5).map(lambda c: f"RNCP{c}"),
            "codeDiplome": chiffres(8),
            "intituleQualification": mots(255),
            "dateDebutFormation": _jours,
            "dateFinFormation": _jours,
            "dureeFormation": st.integers(0, 9_999),
            "nombreHeuresEnDistanciel": st.integers(0, 9_999),
        },
    )


def contrats_papier() -> st.SearchStrategy[dict[str, Any]]:
    """Bodies of POST dossiers with nothing but what the paper can say."""
    lieu = st.fixed_dictionaries(
        {"denomination": mots(80)},
        optional={"siret": chiffres(14), "uaiCfa": chiffres(7).map(lambda c: f"{c}B"), "adresse": _adresses},
    )
    return st.fixed_dictionaries(
        {
            "versionCERFA": st.just("10103*14"),
            "employeur": _employeur(),
            "apprenti": _apprenti(),
            "contrat": _contrat(),
            "formation": _formation(),
            "organismeFormation": _organisme(),
        },
        optional={
            "maitre1": _maitre(),
            "maitre2": _maitre(),
            "organismeFormationLieuFormationPrincipal": lieu,
            "numeroDeca": chiffres(15),
        },
    ).map(lambda cerfa: {"cerfa": cerfa})


def type_in(formulaire: bytes, saisies: Mapping[str, str | bool]) -> bytes:
    """The form with these fields filled by hand, the way a viewer does it: by their PDF names."""
    with pikepdf.open(BytesIO(formulaire)) as pdf:
        reste = dict(saisies)
        for champ in pdf.Root.AcroForm.Fields:
            valeur = reste.pop(str(champ.T), None)
            if isinstance(valeur, bool):
                champ.V = champ.AS = pikepdf.Name("/Yes" if valeur else "/Off")
            elif valeur is not None:
                champ.V = pikepdf.String(valeur)
        assert not reste, f"no such field: {sorted(reste)}"
        tampon = BytesIO()
        pdf.save(tampon)
    return tampon.getvalue()
