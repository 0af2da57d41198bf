"""`cfa opco`: what each OPCO offers by the API, what to do for the rest, and which OPCO a dossier is for."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from traitdunion.cfa import competence
from traitdunion.cfa.echange.connecteur import Connecteur
from traitdunion.cfa.errors import ErreurCfa
from traitdunion.cfa.profil import Profil
from traitdunion.cfa.terminal import affichage, options
from traitdunion.cfa.terminal.outcome import CODES, outcome
from traitdunion.norme import profils
from traitdunion.norme.profils import Dpop, Identifiants, NomRoute, ProfilOpco, RouteOpco, Source, Support

if TYPE_CHECKING:
    from rich.table import Table

app = typer.Typer()
COLONNES = (
    ("Contrats", NomRoute.DEPOSER_DOSSIER),
    ("Conventions", NomRoute.DEPOSER_CONVENTION),
    ("Factures", NomRoute.DEPOSER_FACTURE),
    ("États des factures", NomRoute.LIRE_ETATS_FACTURES),
    ("Certificats", NomRoute.DEPOSER_CERTIFICAT),
)
STYLES = {Support.OUI: "green", Support.EN_TEST: "yellow", Support.EN_DEVELOPPEMENT: "yellow", Support.NON: "dim"}
PREUVES = {
    Dpop.SANS: None,
    Dpop.JETON: "preuve DPoP à la demande de jeton",
    Dpop.LIE: "preuve DPoP à chaque appel",
}
ENTIERS = {support: support.value for support in Support}
COURTS = {**ENTIERS, Support.EN_TEST: "test", Support.EN_DEVELOPPEMENT: "dév."}
LARGE = 120  # columns of a terminal that can show addresses too
LEGENDE = "* décidé par Trait d'union, faute de l'avoir vu : à confirmer auprès de l'OPCO."

Nom = Annotated[str | None, typer.Argument(metavar="[OPCO]", help="Un OPCO, par son nom ou son code.")]
Idcc = Annotated[str | None, typer.Option("--idcc", metavar="CODE", help="Dire l'OPCO de cette convention collective.")]
DossierOption = Annotated[
    Path | None,
    typer.Option(
        "--dossier", exists=True, dir_okay=False, metavar="DOSSIER.json|CERFA.pdf", help="Dire l'OPCO de ce dossier."
    ),
]
Importer = Annotated[
    Path | None,
    typer.Option(
        "--importer",
        exists=True,
        dir_okay=False,
        metavar="FICHIER",
        help="Importer la table publique IDCC → OPCO (CSV ou Excel, colonnes « idcc » et « opco »).",
    ),
]


@app.command("opco", epilog=CODES)
def opco(
    nom: Nom = None,
    *,
    idcc: Idcc = None,
    dossier: DossierOption = None,
    importer: Importer = None,
    configuration: options.Configuration = None,
    profil: options.NomProfil = None,
    en_json: options.EnJson = False,
) -> None:
    """Ce que chaque OPCO offre par l'API, et quoi faire pour le reste ; l'OPCO d'un dossier ou d'un IDCC.

    Sans argument : le tableau des onze OPCO. Avec --profil : l'OPCO de ce profil, vos réglages compris.

    Exemple : traitdunion cfa opco afdas
    """
    demandes = [nom, idcc, dossier, importer, profil]
    if sum(demande is not None for demande in demandes) > 1:
        raise typer.BadParameter("donnez un OPCO, ou --idcc, ou --dossier, ou --importer, ou --profil : un seul.")
    with outcome(en_json=en_json):
        if importer is not None:
            _import(importer, en_json=en_json)
        elif idcc is not None or dossier is not None:
            _find(_read_idcc(idcc, dossier), en_json=en_json)
        elif profil is not None or configuration is not None:
            _show_one(Connecteur(Profil.load(configuration, nom=profil)).opco, en_json=en_json)
        elif nom is not None:
            _show_one(_named(nom), en_json=en_json)
        else:
            _show_all(en_json=en_json)


def _named(nom: str) -> ProfilOpco:
    trouve = profils.find_by_nom(nom)
    if trouve is None:
        connus = ", ".join(un.nom for un in profils.PROFILS)
        raise typer.BadParameter(f"« {nom} » n'est pas un OPCO connu. Connus : {connus}.")
    return trouve


def _show_all(*, en_json: bool) -> None:
    from rich.console import Console
    from rich.markup import escape

    if en_json:
        affichage.print_json({"au": profils.MATRICE_DU.isoformat(), "opcos": [_plain(un) for un in profils.OPCOS]})
        return
    table = _table("Ce que chaque OPCO offre par l'API")
    table.add_column("OPCO", no_wrap=True)
    table.add_column("Jeton", max_width=9)
    for titre, _ in COLONNES:
        table.add_column(titre, max_width=max(map(len, titre.split())))
    for un in profils.OPCOS:
        table.add_row(escape(un.nom), _short_jeton(un), *(_cell(un, nom, COURTS) for _, nom in COLONNES))
    Console().print(table)
    affichage.say(f"dév. : en développement chez l'OPCO. {LEGENDE}")
    affichage.say(f"Le détail de l'un d'eux : traitdunion cfa opco {profils.OPCOS[0].nom.upper()}")


def _show_one(un: ProfilOpco, *, en_json: bool) -> None:
    from rich.console import Console
    from rich.markup import escape

    if en_json:
        affichage.print_json({"au": profils.MATRICE_DU.isoformat(), **_plain(un)})
        return
    affichage.print_lines(
        [
            ("OPCO", f"{un.nom} (code « {un.code} »)"),
            ("Jeton", _say_jeton(un)),
            ("Portée", un.jeton.remarque),
            ("Erreurs", f"« {un.forme_erreur.value} »" + _star(un.source_erreur)),
            ("Même dépôt envoyé deux fois", "reconnu" if un.renvoi_reconnu else "à relire avant tout renvoi"),
        ]
        + [("À savoir", remarque) for remarque in un.remarques]
    )
    console, table = Console(), _table(un.nom)
    large = console.width >= LARGE
    for titre in ("Action", "Par l'API", *(["Adresse"] if large else []), "Sinon"):
        table.add_column(titre, overflow="fold")
    for nom in NomRoute:
        route = un.best(nom)
        conseil = "" if route.support is Support.OUI else route.conseil
        adresse = "" if route.support is Support.NON else route.chemin
        table.add_row(nom.libelle, _cell(un, nom, ENTIERS), *([escape(adresse)] if large else []), escape(conseil))
    console.print(table)
    affichage.say(LEGENDE)


def _table(sujet: str) -> "Table":
    """A table that holds in 80 columns, dated as the matrix is."""
    from rich.box import SIMPLE_HEAD
    from rich.markup import escape
    from rich.table import Table

    titre = f"{sujet}, au {profils.MATRICE_DU:%d/%m/%Y}"
    return Table(title=escape(titre), title_justify="left", box=SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False)


def _short_jeton(un: ProfilOpco) -> str:
    dit = "DPoP" if un.jeton.dpop is not Dpop.SANS else ("scope" if un.jeton.scopes else "simple")
    return dit + _star(un.jeton.source)


def _cell(un: ProfilOpco, nom: NomRoute, mots: Mapping[Support, str]) -> str:
    """« oui v1 », « en test v2 », or both when the next version is on trial."""
    toutes = un.versions(nom)
    dites = [route for route in toutes if route.support is not Support.NON] or [toutes[-1]]
    ouvertes = [route for route in dites if route.support is Support.OUI]
    montrees = [*ouvertes[-1:], *(route for route in dites if route.support.a_l_essai)]
    return "\n".join(_say_route(route, mots) for route in montrees or dites[-1:])


def _say_route(route: RouteOpco, mots: Mapping[Support, str]) -> str:
    version = "" if route.support is Support.NON else f" {route.version}"
    return f"[{STYLES[route.support]}]{mots[route.support]}{version}[/]{_star(route.source)}"


def _star(source: Source) -> str:
    return {Source.VU: "", Source.DECIDE: "*", Source.REGLAGE: " (vos réglages)"}[source]


def _say_jeton(un: ProfilOpco) -> str:
    jeton = un.jeton
    parts = [jeton.serveur, PREUVES[jeton.dpop]]
    parts.append(f"scope {' ou '.join(f'« {scope} »' for scope in jeton.scopes)}" if jeton.scopes else "sans scope")
    parts.append(
        "identifiants en HTTP Basic" if jeton.identifiants is Identifiants.BASIC else "identifiants dans le formulaire"
    )
    return ", ".join(part for part in parts if part) + _star(jeton.source)


def _plain(un: ProfilOpco) -> dict[str, Any]:
    jeton = un.jeton
    return {
        "code": un.code,
        "nom": un.nom,
        "jeton": {
            "serveur": jeton.serveur,
            "scopes": list(jeton.scopes),
            "dpop": jeton.dpop.value,
            "identifiants": jeton.identifiants.value,
            "source": jeton.source.value,
        },
        "formeErreur": un.forme_erreur.value,
        "renvoiReconnu": un.renvoi_reconnu,
        "remarques": list(un.remarques),
        "routes": [
            {
                "nom": route.nom.value,
                "version": route.version,
                "chemin": route.chemin,
                "support": route.support.value,
                "source": route.source.value,
                "sinon": route.conseil,
            }
            for route in un.routes
        ],
    }


def _read_idcc(idcc: str | None, dossier: Path | None) -> str:
    """The code given, or that of the dossier. Raises BadParameter, ErreurCfa."""
    if dossier is not None:
        from traitdunion.cfa.entrees import load_dossier  # reads PDF too

        cerfa = load_dossier(dossier).depot.cerfa
        idcc = cerfa.employeur.code_idcc if cerfa is not None and cerfa.employeur is not None else None
        if idcc is None:
            raise ErreurCfa(f"{dossier.name} ne dit pas l'IDCC de l'employeur : complétez « codeIdcc ».")
    code = competence.normalise_idcc(idcc or "")
    if code is None:
        raise typer.BadParameter("un IDCC compte quatre chiffres, par exemple 1486.")
    return code


def _find(idcc: str, *, en_json: bool) -> None:
    nom, profil = competence.load_table().find(idcc)
    if en_json:
        affichage.print_json({"idcc": idcc, **competence.describe(nom, profil)})
        return
    affichage.print_lines([("IDCC", idcc), ("OPCO", nom), ("Code du profil", None if profil is None else profil.code)])
    if profil is None:
        affichage.say("Cet OPCO n'est pas l'un des onze du tableau : vérifiez la table importée.", "yellow")


def _import(fichier: Path, *, en_json: bool) -> None:

    faite = competence.import_table(fichier, le=datetime.now().astimezone().date())
    chemin = competence.write_table(faite.table)
    inconnus = sorted({nom for nom in faite.table.opcos.values() if profils.find_by_nom(nom) is None})
    for ligne, phrase in faite.ecartees:
        affichage.say(f"Ligne {ligne} laissée de côté : {phrase}", "yellow")
    if inconnus:
        affichage.say(f"Noms qui ne sont pas ceux des onze OPCO : {', '.join(inconnus)}.", "yellow")
    if en_json:
        affichage.print_json(
            {"importees": len(faite.table.opcos), "ecartees": len(faite.ecartees), "fichier": str(chemin)}
        )
        return
    affichage.print_lines([("IDCC importés", str(len(faite.table.opcos))), ("Table", str(chemin))])
