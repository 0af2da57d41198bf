"""Commands on the accounts of people: the first administrator is made here."""

from typing import Annotated

import typer

from traitdunion.opco.manage import commun

compte = typer.Typer(help="Les comptes des portails.", no_args_is_help=True, rich_markup_mode=None)
EnJson = Annotated[bool, commun.JSON]
Numero = Annotated[int, typer.Argument(help="Numéro du compte (voir « compte lister »).", metavar="NUMERO")]


@compte.command("creer")
def create_compte(
    utilisateur: Annotated[str, typer.Argument(help="Nom d'utilisateur.", metavar="UTILISATEUR")],
    *,
    role: Annotated[str, typer.Option(help="Rôle : CFA_ADMINISTRATEUR, OPCO_ADMINISTRATEUR…")],
    nom: Annotated[str, typer.Option(help="Nom.")],
    prenom: Annotated[str, typer.Option(help="Prénom.")],
    courriel: Annotated[str, typer.Option(help="Adresse e-mail, où part l'invitation.")],
    siret: Annotated[list[str] | None, typer.Option(help="SIRET d'un établissement ; répétable.")] = None,
    editeur: Annotated[int | None, typer.Option(help="Numéro de l'éditeur, pour un compte d'éditeur.")] = None,
    en_json: EnJson = False,
) -> None:
    """Crée un compte ; affiche le lien, à usage unique, qui choisit son mot de passe."""
    from traitdunion.opco.comptes.roles import Role
    from traitdunion.opco.comptes.service import NouveauCompte

    if role not in set(Role):
        commun.fail(f"Rôle inconnu. Les rôles : {', '.join(Role)}.")
    demande = NouveauCompte(
        utilisateur=utilisateur,
        nom=nom,
        prenom=prenom,
        courriel=courriel,
        role=Role(role),
        sirets=tuple(siret or ()),
        editeur=editeur,
    )
    cree = commun.run_comptes(lambda actes: actes.create(demande, par=commun.acteur()))
    commun.show(
        {"id": cree.id, "utilisateur": utilisateur, "lien": cree.lien},
        en_json=en_json,
        lignes=[f"Compte n° {cree.id} créé.", "Lien à usage unique, aussi envoyé par e-mail :", cree.lien],
    )


@compte.command("lister")
def list_comptes(
    siren: Annotated[str | None, typer.Option(help="Ceux d'un SIREN seulement.")] = None, en_json: EnJson = False
) -> None:
    """Liste les comptes."""
    from traitdunion.opco.comptes.roles import LIBELLES, Role

    comptes = commun.run_comptes(lambda actes: actes.list_comptes(siren=siren))
    commun.show(
        [
            {
                "id": un.id,
                "utilisateur": un.utilisateur,
                "role": un.role,
                "siren": un.siren,
                "actif": un.actif,
                "derniere_connexion": un.derniere_connexion,
            }
            for un in comptes
        ],
        en_json=en_json,
        lignes=[
            f"n° {un.id}  {un.utilisateur}  {LIBELLES[Role(un.role)]}"
            + (f", SIREN {un.siren}" if un.siren else "")
            + ("" if un.actif else ", fermé")
            for un in comptes
        ]
        or ["Aucun compte."],
    )


@compte.command("inviter")
def invite_again(numero: Numero) -> None:
    """Renvoie le lien d'invitation d'une personne qui n'a pas encore choisi son mot de passe."""
    commun.say(commun.run_comptes(lambda actes: actes.invite_again(numero, par=commun.acteur())))


@compte.command("fermer")
def suspend_compte(numero: Numero) -> None:
    """Ferme un compte et ses sessions, aussitôt."""
    commun.run_comptes(lambda actes: actes.set_actif(numero, actif=False, par=commun.acteur()))
    commun.say("Compte fermé.")


@compte.command("rouvrir")
def resume_compte(numero: Numero) -> None:
    """Rouvre un compte fermé."""
    commun.run_comptes(lambda actes: actes.set_actif(numero, actif=True, par=commun.acteur()))
    commun.say("Compte rouvert.")
