"""Facts about members that their types do not tell: the list of their codes, whether they must be there, their form."""

from functools import cache
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

import msgspec

from traitdunion.norme import nomenclatures as n
from traitdunion.norme.controles import completude
from traitdunion.norme.controles import convention as controle_convention
from traitdunion.norme.controles.facturation import certificat as controle_certificat
from traitdunion.norme.controles.facturation import facture as controle_facture
from traitdunion.norme.messages.cerfa import Cerfa, DepotDossier
from traitdunion.norme.messages.convention import Convention
from traitdunion.norme.messages.facture import Avoir, Facture
from traitdunion.norme.messages.pieces import Certificat, InfosFichier

OBLIGATOIRE, ATTENDU = "obligatoire", "attendu"
# Closed lists by wire name: an unknown code blocks (CODE_INCONNU).
LISTES: dict[str, n.Nomenclature] = {
    "modeContractuel": n.MODE_CONTRACTUEL,
    "typeEmployeur": n.TYPE_EMPLOYEUR,
    "employeurSpecifique": n.EMPLOYEUR_SPECIFIQUE,
    "sexe": n.SEXE,
    "nationalite": n.NATIONALITE,
    "regimeSocial": n.REGIME_SOCIAL,
    "situationAvantContrat": n.SITUATION_AVANT_CONTRAT,
    "diplomePrepare": n.DIPLOME,
    "diplome": n.DIPLOME,
    "typeDiplome": n.DIPLOME,
    "derniereClasse": n.DERNIERE_CLASSE,
    "niveauDiplomeObtenu": n.NIVEAU_MAITRE,
    "typeContratApp": n.TYPE_CONTRAT,
    "typeDerogation": n.TYPE_DEROGATION,
    "typeSalaire": n.TYPE_SALAIRE,
    "typeFichier": n.TYPE_FICHIER,
    "typeObjet": n.TYPE_OBJET,
}
# Lists shown to the reader, not enforced by the schema: unknown codes do not block, or many spellings are read.
LISTES_INDICATIVES: dict[str, n.Nomenclature] = {
    "versionCERFA": n.VERSION_CERFA,
    "natureLigne": n.NATURE_LIGNE,
    "typeCertificat": n.TYPE_CERTIFICAT,
}

Membre = tuple[type[msgspec.Struct], str]


def unwrap(hint: Any) -> tuple[Any, dict[str, Any]]:
    """The bare type of a member, and what its Meta say: description, max_length, extra."""
    faits: dict[str, Any] = {}
    while True:
        if get_origin(hint) is Annotated:
            hint, *metas = get_args(hint)
            for meta in metas:
                if isinstance(meta, msgspec.Meta):
                    lus = {"description": meta.description, "max_length": meta.max_length, "pattern": meta.pattern}
                    faits = {**{nom: lu for nom, lu in lus.items() if lu is not None}, **(meta.extra or {}), **faits}
        elif get_origin(hint) in (Union, UnionType):
            (hint,) = [choix for choix in get_args(hint) if choix is not type(None)]
        else:
            return hint, faits


@cache
def membres(struct: type[msgspec.Struct]) -> dict[str, tuple[Any, dict[str, Any]]]:
    """The members of a struct by wire name: bare type and facts, in order."""
    hints = get_type_hints(struct, include_extras=True)
    return {champ.encode_name: unwrap(hints[champ.name]) for champ in msgspec.structs.fields(struct)}


def element(type_: Any) -> type[msgspec.Struct] | None:
    """The struct that a member holds, alone or in a list; None for a scalar."""
    if get_origin(type_) is tuple:
        type_ = get_args(type_)[0]
    return type_ if isinstance(type_, type) and issubclass(type_, msgspec.Struct) else None


def find(struct: type[msgspec.Struct], chemin: str) -> list[Membre]:
    """The members along a wire path, the last one being the path's own."""
    suite: list[Membre] = []
    courant: type[msgspec.Struct] | None = struct
    for nom in chemin.split("."):
        assert courant is not None, chemin
        suite.append((courant, nom))
        courant = element(membres(courant)[nom][0])
    return suite


@cache
def presences() -> dict[Membre, str]:
    """Members without which nothing can be stored (and the objects around them), and those the form asks for."""
    trouvees: dict[Membre, str] = {}
    attendus = [requis.chemin for requis in _attendus()]
    for chemin in attendus:
        trouvees[find(Cerfa, chemin.removeprefix("cerfa."))[-1]] = ATTENDU
    for requis in controle_convention.REQUIS:
        trouvees[find(Convention, requis.chemin.removeprefix("convention."))[-1]] = ATTENDU
    for chemin in completude.OBLIGATOIRES:
        for membre in find(Cerfa, chemin.removeprefix("cerfa.")):
            trouvees[membre] = OBLIGATOIRE
    trouvees[(DepotDossier, "cerfa")] = OBLIGATOIRE
    for nom in ("numeroInterneDossier", "mandatEmployeur"):
        trouvees[(Convention, nom)] = OBLIGATOIRE
    for chemin in ("typeFichier", "objets.typeObjet", "objets.idObjet"):
        for membre in find(InfosFichier, chemin):
            trouvees[membre] = OBLIGATOIRE
    return {**trouvees, **_presences_facturation()}


def _presences_facturation() -> dict[Membre, str]:
    trouvees: dict[Membre, str] = {}
    origine = (controle_facture.ORIGINE,)
    for struct, propres in ((Facture, ()), (Avoir, origine)):
        for nom in (*controle_facture.REQUIS, *propres):
            trouvees[(struct, nom)] = OBLIGATOIRE
        for nom in controle_facture.REQUIS_LIGNE:
            for membre in find(struct, f"lignes.{nom}"):
                trouvees[membre] = OBLIGATOIRE
    for requis in controle_certificat.REQUIS:
        trouvees[find(Certificat, requis.chemin.removeprefix("certificat."))[-1]] = ATTENDU
    for requis in (*controle_certificat.OBLIGATOIRES, controle_certificat.ECHEANCE):
        for membre in find(Certificat, requis.chemin.removeprefix("certificat.")):
            trouvees[membre] = OBLIGATOIRE
    return trouvees


def _attendus() -> list[Any]:
    """Every rule of completeness; those that depend on another member are asked for in their case only."""
    seuls = [requis for section in completude.REQUIS.values() for requis in section.membres]
    adresses = [requis for section in completude.ADRESSES.values() for requis in section.membres]
    return [completude.VERSION, completude.EMPLOYEUR_NOM, *completude.ATTESTATIONS, *seuls, *adresses]
