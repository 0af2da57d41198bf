"""Arguments and options of the commands, each written once; never a secret: those come from the profile."""

import os
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Annotated

import typer

from traitdunion.cfa.errors import ErreurCfa


def read_montant(texte: str) -> Decimal:
    """Euros as people type them: 8000, 8 000,50."""
    try:
        montant = Decimal("".join(texte.split()).rstrip("€").replace(",", "."))
    except InvalidOperation:
        raise typer.BadParameter("un montant en euros est attendu, par exemple 8000 ou 8000,50") from None
    if not montant.is_finite() or not 0 <= montant < 10**9 or montant != montant.quantize(Decimal("0.01")):
        raise typer.BadParameter("un montant positif est attendu, avec deux décimales au plus")
    return montant.quantize(Decimal("0.01"))


def read_jour(texte: str) -> date:
    """A day as people type it: 01/09/2026, 2026-09-01."""
    for forme in ("%Y-%m-%d", "%d/%m/%Y"):
        try:
            return datetime.strptime(texte, forme).date()  # noqa: DTZ007 - a calendar day has no zone
        except ValueError:
            continue
    raise typer.BadParameter("une date est attendue : JJ/MM/AAAA ou AAAA-MM-JJ")


def complete_profils(debut: str) -> list[str]:
    """The names of profiles that begin so, for the shell; none when the settings cannot be read."""
    from traitdunion.cfa.reglages.fichier import default_file, read_file
    from traitdunion.cfa.reglages.profils import list_profils

    try:
        fichier = default_file(os.environ)
        return [] if fichier is None else [nom for nom in list_profils(read_file(fichier)) if nom.startswith(debut)]
    except ErreurCfa:
        return []


Dossier = Annotated[Path, typer.Argument(exists=True, dir_okay=False, metavar="DOSSIER.json|CERFA.pdf")]
DossierJson = Annotated[Path, typer.Argument(exists=True, dir_okay=False, metavar="DOSSIER.json")]
CerfaPdf = Annotated[Path, typer.Argument(exists=True, dir_okay=False, metavar="CERFA.pdf")]
EnJson = Annotated[bool, typer.Option("--json", help="Résultat en JSON sur la sortie standard.")]
Ecraser = Annotated[bool, typer.Option("--ecraser", help="Remplacer le fichier de sortie s'il existe.")]
SortieJson = Annotated[Path | None, typer.Option("--sortie", metavar="DOSSIER.json", help="Fichier à écrire.")]
SortiePdf = Annotated[Path, typer.Option("--sortie", metavar="CERFA.pdf", help="Fichier à écrire.")]
Vierge = Annotated[
    Path | None,
    typer.Option("--formulaire", exists=True, dir_okay=False, metavar="VIERGE.pdf", help="Formulaire officiel vierge."),
]
AuJour = Annotated[
    date | None,
    typer.Option("--au", parser=read_jour, metavar="JOUR", help="Contrôler comme à ce jour (défaut : aujourd'hui)."),
]

# What the paper of the CERFA cannot say by itself.
Visa = Annotated[
    bool | None,
    typer.Option("--visa-cfa/--sans-visa-cfa", help="Le CERFA PDF porte le cachet et la signature du CFA."),
]
Probante = Annotated[
    bool | None,
    typer.Option("--signature-probante/--sans-signature-probante", help="Le CERFA PDF est signé électroniquement."),
]
MalgreIllisible = Annotated[
    bool, typer.Option("--malgre-illisible", help="Déposer même si une saisie du CERFA PDF n'a pu être lue.")
]

# The convention: its file, and what it says that the CERFA does not.
ConventionPdf = Annotated[
    Path,
    typer.Option("--convention", exists=True, dir_okay=False, metavar="CONVENTION.pdf", help="La convention signée."),
]
DonneesConvention = Annotated[
    Path | None,
    typer.Option(
        "--donnees-convention",
        exists=True,
        dir_okay=False,
        metavar="X.json",
        help="Données de la convention, toutes prêtes ; sinon elles sont tirées du CERFA et des options.",
    ),
]
Mandat = Annotated[
    bool | None,
    typer.Option(
        "--mandat-employeur/--sans-mandat",
        help="L'employeur a donné mandat de gestion au CFA, dans un chapitre de la convention.",
    ),
]
CoutPedagogie = Annotated[
    Decimal | None,
    typer.Option("--cout-pedagogie", parser=read_montant, metavar="EUROS", help="Coût pédagogique total."),
]
Rqth = Annotated[
    list[Decimal] | None,
    typer.Option(
        "--majoration-rqth", parser=read_montant, metavar="EUROS", help="Majoration RQTH : une fois par année."
    ),
]
Repas = Annotated[int | None, typer.Option("--repas", min=0, help="Nombre total de repas.")]
Nuitees = Annotated[int | None, typer.Option("--nuitees", min=0, help="Nombre total de nuitées.")]
PremierEquipement = Annotated[
    Decimal | None,
    typer.Option("--premier-equipement", parser=read_montant, metavar="EUROS", help="Premier équipement."),
]
Mobilite = Annotated[
    bool | None,
    typer.Option("--mobilite-internationale/--sans-mobilite-internationale", help="Mobilité internationale prévue."),
]
DateSignature = Annotated[
    date | None,
    typer.Option("--date-signature", parser=read_jour, metavar="JOUR", help="Jour de signature de la convention."),
]
Signee = Annotated[
    bool | None,
    typer.Option("--convention-signee/--convention-non-signee", help="Signée par l'entreprise et par le CFA."),
]
Conforme = Annotated[
    bool | None,
    typer.Option("--convention-conforme/--convention-non-conforme", help="Conforme aux données transmises."),
]

# The sending itself.
NumeroInterne = Annotated[
    str | None,
    typer.Option(
        "--numero-interne", metavar="NUMERO", help="Déjà déposé sous ce numéro interne : n'envoyer que la convention."
    ),
]
Renvoyer = Annotated[
    bool,
    typer.Option(
        "--renvoyer",
        help="Si la réponse se perd, renvoyer tel quel ; seulement vers un serveur qui reconnaît le même dépôt "
        "(Trait d'union le fait).",
    ),
]
ABlanc = Annotated[bool, typer.Option("--a-blanc", help="Tout contrôler, ne rien envoyer.")]
Configuration = Annotated[
    Path | None,
    typer.Option("--configuration", dir_okay=False, metavar="FICHIER", help="Réglages et secrets (droits 600)."),
]
NomProfil = Annotated[
    str | None,
    typer.Option(
        "--profil",
        metavar="NOM",
        autocompletion=complete_profils,
        help="Table du fichier de réglages : un OPCO parmi plusieurs.",
    ),
]
EnBoite = Annotated[
    bool,
    typer.Option("--boite", help="Mettre dans la boîte d'envoi ; « traitdunion cfa envois envoyer » enverra."),
]
NouveauDepot = Annotated[
    bool,
    typer.Option(
        "--nouveau-depot",
        help="Avec --boite : l'OPCO a refusé ou annulé depuis le dossier accepté de ce contrat, en remettre un.",
    ),
]
Promotion = Annotated[
    str | None,
    typer.Option("--promotion", metavar="NOM", help="Avec --boite : la promotion à laquelle il se rattache."),
]
