"""The closed list of mails, and their rendering.

A model is a subject and two templates, `gabarits/<famille>/<nom>.txt` and `.html`, on the common layouts
`gabarits/commun.*`. The subject is fixed: a value never stands in a header, which travels and is logged everywhere.
No model has a value for a key, a password or a NIR: what is secret is read in MyA, behind the login.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

LIENS = frozenset({"lien"})
NOMBRES = frozenset({"duree_heures", "duree_minutes", "jours", "nombre"})
VALEUR_MAX = 2000  # characters
INSECABLE = "\N{NO-BREAK SPACE}"
# A link is written by us, and stands in an href: http(s) only, nothing that ends an address in a text.
LIEN = re.compile(r"https?://[!#-;=?-~]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Modele:
    """One mail: its name, the folder of its templates, its subject, the names of the values it needs."""

    nom: str
    famille: str
    sujet: str
    valeurs: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendu:
    """A mail ready to be put in an envelope."""

    sujet: str
    texte: str
    html: str


def _modeles(*modeles: tuple[str, str, str, str]) -> Mapping[str, Modele]:
    return MappingProxyType(
        {
            nom: Modele(nom=nom, famille=famille, sujet=sujet, valeurs=frozenset(valeurs.split()))
            for famille, nom, sujet, valeurs in modeles
        }
    )


MODELES = _modeles(
    ("comptes", "premiere_connexion", "Votre première connexion", "lien prenom duree_heures"),
    ("comptes", "mot_de_passe_oublie", "Choisir un nouveau mot de passe", "lien prenom duree_minutes"),
    ("comptes", "mot_de_passe_change", "Votre mot de passe a été modifié", "prenom"),
    ("comptes", "second_facteur_retire", "Votre second facteur a été retiré", "prenom"),
    ("cles", "cle_generee", "Nouvel identifiant API CFA", "denomination dernier_jour par"),
    ("cles", "cle_bientot_finie", "Votre identifiant API CFA arrive à son terme", "denomination dernier_jour jours"),
    ("cles", "cle_revoquee", "Votre identifiant API CFA a été révoqué", "denomination motif"),
    ("echanges", "accrochage_possible", "L'accrochage est possible", "denomination editeur logiciel"),
    ("echanges", "demande_recue", "Votre demande nous est parvenue", "sujet lien"),
    ("echanges", "demande_reponse", "Une réponse à votre demande", "sujet lien"),
    ("echanges", "identifiants_editeur", "Vos identifiants de connexion à l'API", "lien duree_heures"),
    ("echanges", "contact_technique_invite", "Raccordement d'un CFA à l'API", "prenom denomination lien"),
    ("modifications", "modification_demandee", "Une modification de votre compte est demandée", "sujet par lien"),
    ("modifications", "modification_acceptee", "Votre demande de modification est acceptée", "sujet lien"),
    ("instruction", "information_demandee", "Une information est attendue", "numero limite motifs lien"),
    ("engagement", "dossier_engage", "Accord de prise en charge", "numero lien"),
    ("refus", "dossier_refuse", "Refus de prise en charge", "numero motifs texte lien"),
    ("refus", "refus_notifie", "Refus de prise en charge d'un contrat d'apprentissage", "numero motifs texte"),
    ("instruction", "dossier_annule", "Un dossier est annulé", "numero motif lien"),
    ("engagement", "dossier_rompu", "Rupture enregistrée", "numero jour lien"),
    ("engagement", "engagement_revise", "Engagement révisé", "numero lien"),
    ("instruction", "delai_proche", "Des dossiers approchent de leur limite", "jours nombre lien"),
    ("factures", "facture_rejetee", "Une facture est rejetée, en tout ou partie", "numero lien"),
    ("factures", "facture_a_completer", "Une facture attend une pièce", "numero limite lien"),
    ("factures", "virement_regle", "Un virement vous a été adressé", "reference montant jour lien"),
    ("factures", "virement_rejete", "Un virement n'a pas abouti", "reference motif lien"),
    ("factures", "trop_percu", "Un trop-perçu est à rendre", "dossier montant lien"),
    ("modifications", "modification_refusee", "Votre demande de modification est refusée", "sujet motif lien"),
)


def check_valeurs(modele: Modele, valeurs: Mapping[str, str]) -> None:
    """Raise ValueError when values are missing, blank, unknown, too long, or not a link or a number where one is due.

    The text names the value and never quotes it.
    """
    if manquantes := modele.valeurs - valeurs.keys():
        raise ValueError(f"mail {modele.nom}: missing {sorted(manquantes)}")
    if inconnues := valeurs.keys() - modele.valeurs:
        raise ValueError(f"mail {modele.nom}: unknown {sorted(inconnues)}")
    for nom, valeur in valeurs.items():
        if not isinstance(valeur, str) or not valeur.strip() or len(valeur) > VALEUR_MAX:
            raise ValueError(f"mail {modele.nom}: {nom} is not a text of 1 to {VALEUR_MAX} characters")
        if nom in LIENS and not LIEN.fullmatch(valeur):
            raise ValueError(f"mail {modele.nom}: {nom} is not an http(s) address")
        if nom in NOMBRES and not (valeur.isascii() and valeur.isdigit()):
            raise ValueError(f"mail {modele.nom}: {nom} is not a number")


def render(modele: Modele, valeurs: Mapping[str, str], *, nom_opco: str) -> Rendu:
    """Fill the templates. Raises ValueError as `check_valeurs` does, jinja2.UndefinedError on a faulty template.

    A value holds on one line: a name with line breaks cannot pass for a paragraph of ours.
    """
    check_valeurs(modele, valeurs)
    sur_une_ligne = {nom: " ".join(valeur.split()) for nom, valeur in valeurs.items()}
    gabarits = environment()

    def fill(suffixe: str) -> str:
        gabarit = gabarits.get_template(f"{modele.famille}/{modele.nom}.{suffixe}")
        return str(gabarit.render(**sur_une_ligne, nom_opco=nom_opco, titre=modele.sujet)).strip() + "\n"

    return Rendu(sujet=modele.sujet, texte=fill("txt"), html=fill("html"))


@cache
def environment() -> Environment:
    """The templates: values are escaped but in a text, where « &amp; » would show; none may be missing."""
    environnement = Environment(
        loader=PackageLoader("traitdunion.opco.courriels", "gabarits"),
        autoescape=select_autoescape(enabled_extensions=("html",), disabled_extensions=("txt",), default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environnement.filters["compte"] = _compte
    return environnement


def _compte(nombre: str, nom: str) -> str:
    """« 1 heure », « 48 heures »; in French, zero is singular."""
    return f"{int(nombre)}{INSECABLE}{nom}{'s' if int(nombre) > 1 else ''}"
