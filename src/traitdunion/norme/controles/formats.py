"""The form of identifiers and of contact details (regles.md §1.2, §2.6)."""

from collections.abc import Callable, Iterator
from datetime import date

from traitdunion.norme import identifiants as ids
from traitdunion.norme import nomenclatures as n
from traitdunion.norme.controles.libelles import Champ, champ, champs
from traitdunion.norme.erreurs import controles as codes
from traitdunion.norme.erreurs.entree import Anomalie
from traitdunion.norme.messages.cerfa import Apprenti, Cerfa

CERFA_14_DEPUIS = date(2025, 7, 1)  # 10103*14 compulsory (regles.md §1.1)
SIRETS = champs("employeur.siret", "organismeFormation.siret", "organismeFormationLieuFormationPrincipal.siret")
UAIS = champs("organismeFormation.uaiCfa", "organismeFormationLieuFormationPrincipal.uaiCfa")
NIRS = champs("apprenti.nir", "maitre1.nir", "maitre2.nir")
NIR_MOIS_INCONNU = 12  # months above are those of people whose month of birth is unknown


def _courriel(texte: str) -> bool:
    local, arobase, domaine = texte.rpartition("@")
    return bool(local and arobase) and "." in domaine.strip(".") and " " not in texte and "@" not in local


def _telephone(texte: str) -> bool:
    chiffres = texte.translate(_PONCTUATION)
    return 8 <= len(chiffres) <= 15 and chiffres.removeprefix("+").isdigit()


def _code_postal(texte: str) -> bool:
    return len(texte) == 5 and texte.isascii() and texte.isdigit()


_PONCTUATION = str.maketrans("", "", " .-()")
# Member, test, what is expected: the members of one person or place in the order of the form.
FORMES: tuple[tuple[Champ, Callable[[str], bool], str], ...] = (
    (champ("employeur.telephone"), _telephone, "de 8 à 15 chiffres"),
    (champ("employeur.courriel"), _courriel, "nom@domaine.fr"),
    (champ("employeur.naf"), ids.naf_valide, "4 chiffres et une lettre"),
    (champ("employeur.codeIdcc"), ids.idcc_valide, "4 chiffres"),
    (champ("apprenti.departementNaissance"), ids.departement_valide, "2 ou 3 chiffres, 2A ou 2B ; 099 à l'étranger"),
    (champ("apprenti.telephone"), _telephone, "de 8 à 15 chiffres"),
    (champ("apprenti.courriel"), _courriel, "nom@domaine.fr"),
    (champ("maitre1.courriel"), _courriel, "nom@domaine.fr"),
    (champ("maitre2.courriel"), _courriel, "nom@domaine.fr"),
    (champ("contrat.numeroContratPrecedent"), ids.deca_valide, "numéro DECA : 0752026090112345, par exemple"),
    (champ("formation.codeDiplome"), ids.code_diplome_valide, "8 chiffres ou lettres"),
)
CODES_POSTAUX = champs(
    *("employeur.adresse.codePostal", "apprenti.adresse.codePostal", "organismeFormation.adresse.codePostal"),
    "organismeFormationLieuFormationPrincipal.adresse.codePostal",
)


def check(cerfa: Cerfa, _recu_le: date) -> Iterator[Anomalie]:
    """Identifiers and contact details whose form or key is wrong."""
    yield from _check_version(cerfa)
    for membre in SIRETS:
        siret = _value(cerfa, membre)
        if siret is not None and not ids.siret_valide(siret):
            yield codes.SIRET_INVALIDE.anomalie(membre.chemin, libelle=membre.libelle)
    for membre in UAIS:
        uai = _value(cerfa, membre)
        if uai is not None and not ids.uai_valide(uai):
            yield codes.UAI_INVALIDE.anomalie(membre.chemin, libelle=membre.libelle)
    for membre, juste, attendu in FORMES:
        texte = _value(cerfa, membre)
        if texte is not None and not juste(texte):
            yield codes.FORMAT_DOUTEUX.anomalie(membre.chemin, libelle=membre.libelle, attendu=attendu)
    for membre in CODES_POSTAUX:
        section = getattr(cerfa, membre.section)
        adresse = None if section is None else section.adresse
        if adresse is not None and adresse.code_postal is not None and not _code_postal(adresse.code_postal):
            yield codes.FORMAT_DOUTEUX.anomalie(membre.chemin, libelle=membre.libelle, attendu="5 chiffres")
    yield from _check_nirs(cerfa)
    yield from _check_employeur_formation(cerfa)


def _value(cerfa: Cerfa, membre: Champ) -> str | None:
    section = getattr(cerfa, membre.section)
    return None if section is None else membre.read(section)


def _check_version(cerfa: Cerfa) -> Iterator[Anomalie]:
    version, contrat = cerfa.version_cerfa, cerfa.contrat
    if version is None or version in n.VERSION_CERFA.codes:
        return
    if version not in n.VERSION_CERFA.anciens:
        yield codes.VERSION_CERFA_INCONNUE.anomalie("cerfa.versionCERFA")
    elif contrat is not None and contrat.date_conclusion is not None and contrat.date_conclusion >= CERFA_14_DEPUIS:
        yield codes.VERSION_CERFA_PERIMEE.anomalie("cerfa.versionCERFA")


def _check_nirs(cerfa: Cerfa) -> Iterator[Anomalie]:
    for membre in NIRS:
        nir = _value(cerfa, membre)
        if nir is None:
            continue
        if not ids.nir_forme_valide(nir):
            yield codes.NIR_INVALIDE.anomalie(membre.chemin, libelle=membre.libelle)
        elif not ids.nir_cle_valide(nir):
            yield codes.NIR_CLE_INVALIDE.anomalie(membre.chemin, libelle=membre.libelle)
        elif membre.section == "apprenti" and cerfa.apprenti is not None:
            yield from _check_coherence(nir, cerfa.apprenti, membre.chemin)


def _check_coherence(nir: str, apprenti: Apprenti, chemin: str) -> Iterator[Anomalie]:
    if ids.nir_provisoire(nir):
        yield codes.NIR_PROVISOIRE.anomalie(chemin)
        return
    if apprenti.sexe in ("M", "F") and nir[0] in "12" and (nir[0] == "1") != (apprenti.sexe == "M"):
        yield codes.NIR_INCOHERENT.anomalie(chemin, avec="le sexe")
    naissance = apprenti.date_naissance
    if naissance is None:
        return
    mois = int(nir[3:5])
    if int(nir[1:3]) != naissance.year % 100 or (1 <= mois <= NIR_MOIS_INCONNU and mois != naissance.month):
        yield codes.NIR_INCOHERENT.anomalie(chemin, avec="la date de naissance")


def _check_employeur_formation(cerfa: Cerfa) -> Iterator[Anomalie]:
    employeur, formation = cerfa.employeur, cerfa.formation
    if employeur is not None:
        public = employeur.type_employeur in n.EMPLOYEURS_PUBLICS
        if public:
            yield codes.EMPLOYEUR_PUBLIC.anomalie("cerfa.employeur.typeEmployeur")
        if employeur.regime_specifique and employeur.type_employeur is not None and not public:
            yield codes.REGIME_SPECIFIQUE_SANS_OBJET.anomalie("cerfa.employeur.regimeSpecifique")
        if employeur.nombre_de_salaries is not None and employeur.nombre_de_salaries < 0:
            yield codes.FORMAT_DOUTEUX.anomalie(
                "cerfa.employeur.nombreDeSalaries",
                libelle="Effectif total salariés de l'entreprise",
                attendu="un nombre positif ou nul",
            )
    if formation is not None and formation.rncp is not None and not ids.rncp_valide(formation.rncp):
        yield codes.RNCP_INVALIDE.anomalie("cerfa.formation.rncp")
