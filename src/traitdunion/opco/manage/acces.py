"""Commands on editors, CFA, keys and accrochages (guide.md, « Getting connected »)."""

from typing import Annotated

import typer

from traitdunion.opco.manage import commun


def _groupe(aide: str) -> typer.Typer:
    return typer.Typer(help=aide, no_args_is_help=True, rich_markup_mode=None)


editeur = _groupe("Les éditeurs de logiciels et leurs identifiants de connexion.")
cfa = _groupe("Les CFA et leurs établissements.")
cle = _groupe("Les identifiants API CFA (clés).")
accrochage = _groupe("Les accrochages entre un éditeur et un CFA.")

EnJson = Annotated[bool, commun.JSON]
ClientId = Annotated[str, typer.Argument(help="client_id de l'éditeur.", metavar="CLIENT_ID")]
Siren = Annotated[str, typer.Argument(help="SIREN du CFA, 9 chiffres.", metavar="SIREN")]
Par = Annotated[str, typer.Option(help="Qui agit : OPCO ou CFA.")]


@editeur.command("creer")
def create_editeur(nom: Annotated[str, typer.Argument(help="Nom de l'éditeur.")], en_json: EnJson = False) -> None:
    """Crée un éditeur : son client_id et son client_secret, affiché cette seule fois."""
    cree = commun.run_raccordement(lambda actes: actes.create_editeur(nom))
    commun.show(
        {"nom": cree.nom, "client_id": cree.client_id, "client_secret": cree.client_secret},
        en_json=en_json,
        lignes=[
            f"Éditeur « {cree.nom} » créé.",
            f"client_id     : {cree.client_id}",
            f"client_secret : {cree.client_secret}",
            "Notez le client_secret : il ne sera plus affiché.",
        ],
    )


@editeur.command("lister")
def list_editeurs(en_json: EnJson = False) -> None:
    """Liste les éditeurs."""
    editeurs = commun.run_raccordement(lambda actes: actes.list_editeurs())
    commun.show(
        [{"nom": e.nom, "client_id": e.client_id, "actif": e.actif, "cree_le": e.cree_le} for e in editeurs],
        en_json=en_json,
        lignes=[f"{e.client_id}  {'actif   ' if e.actif else 'suspendu'}  {e.nom}" for e in editeurs]
        or ["Aucun éditeur."],
    )


@editeur.command("suspendre")
def suspend_editeur(client_id: ClientId) -> None:
    """Suspend un éditeur et supprime ses jetons, aussitôt."""
    jetons = commun.run_raccordement(lambda actes: actes.suspend_editeur(client_id))
    commun.say(f"Éditeur suspendu ; {jetons} jeton(s) supprimé(s).")


@editeur.command("retablir")
def resume_editeur(client_id: ClientId) -> None:
    """Rétablit un éditeur suspendu, avec les mêmes identifiants."""
    commun.run_raccordement(lambda actes: actes.resume_editeur(client_id))
    commun.say("Éditeur rétabli.")


@editeur.command("supprimer-jetons")
def delete_jetons(client_id: ClientId) -> None:
    """Supprime les jetons en cours d'un éditeur ; il en demande de nouveaux avec son secret."""
    jetons = commun.run_raccordement(lambda actes: actes.delete_jetons(client_id))
    commun.say(f"{jetons} jeton(s) supprimé(s).")


@cfa.command("creer")
def create_cfa(
    siret: Annotated[str, typer.Argument(help="SIRET de l'établissement, 14 chiffres.", metavar="SIRET")],
    denomination: Annotated[str, typer.Argument(help="Dénomination.", metavar="DENOMINATION")],
    uai: Annotated[str | None, typer.Option(help="UAI du CFA.")] = None,
    siege: Annotated[
        bool, typer.Option("--siege/--secondaire", help="Siège social, ou établissement secondaire.")
    ] = True,
    en_json: EnJson = False,
) -> None:
    """Crée un CFA, ou ajoute un établissement à un CFA connu."""
    nouvelle = commun.run_raccordement(
        lambda actes: actes.create_cfa(siret, denomination=denomination, uai=uai, siege=siege)
    )
    siren = "".join(siret.split())[:9]
    commun.show(
        {"siren": siren, "siret": "".join(siret.split()), "nouveau_siren": nouvelle},
        en_json=en_json,
        lignes=[f"CFA {siren} créé." if nouvelle else f"Établissement ajouté au CFA {siren}."],
    )


@cfa.command("lister")
def list_cfa(en_json: EnJson = False) -> None:
    """Liste les CFA et leurs établissements, siège en tête."""
    organismes = commun.run_raccordement(lambda actes: actes.list_cfa())
    commun.show(
        [{"siren": o.siren, "denomination": o.denomination, "sirets": sirets} for o, sirets in organismes],
        en_json=en_json,
        lignes=[f"{o.siren}  {o.denomination}  ({', '.join(sirets)})" for o, sirets in organismes] or ["Aucun CFA."],
    )


@cle.command("generer")
def generate_cle(
    siren: Siren,
    mois: Annotated[int, typer.Option(help="Durée de validité, en mois (6 au moins).")] = 12,
    chevauchement: Annotated[
        int, typer.Option(help="Jours pendant lesquels l'ancien identifiant reste valable (0 à 30).")
    ] = 30,
    en_json: EnJson = False,
) -> None:
    """Génère l'identifiant API CFA d'un SIREN, affiché ici."""
    generee = commun.run_cles(
        lambda actes: actes.generate(siren, par=commun.acteur(), mois=mois, chevauchement_jours=chevauchement)
    )
    commun.show(
        {"id": generee.id, "siren": siren, "cle": generee.cle, "dernier_jour": generee.dernier_jour},
        en_json=en_json,
        lignes=[
            f"Identifiant API CFA n° {generee.id} du SIREN {siren} :",
            generee.cle,
            f"Valable jusqu'au {commun.jour(generee.dernier_jour)} inclus.",
        ],
    )


@cle.command("lister")
def list_cles(siren: Siren, en_json: EnJson = False) -> None:
    """Liste les identifiants d'un SIREN, sans les montrer."""
    cles = commun.run_cles(lambda actes: actes.list_cles(siren))
    commun.show(
        [
            {
                "id": c.id,
                "prefixe": c.prefixe,
                "cree_le": c.cree_le,
                "expire_le": c.expire_le,
                "revoquee_le": c.revoquee_le,
                "motif_revocation": c.motif_revocation,
                "derniere_utilisation": c.derniere_utilisation,
            }
            for c in cles
        ],
        en_json=en_json,
        lignes=[
            f"n° {c.id}  {c.prefixe}…  créé le {commun.jour(c.cree_le)}, "
            + (
                f"révoqué le {commun.jour(c.revoquee_le)} ({c.motif_revocation})"
                if c.revoquee_le
                else f"fin le {commun.jour(c.expire_le)} à 0 h"
            )
            + f", dernier usage le {commun.jour(c.derniere_utilisation)}"
            for c in cles
        ]
        or ["Aucun identifiant pour ce SIREN."],
    )


@cle.command("lire")
def read_cle(
    siren: Siren,
    numero: Annotated[int | None, typer.Option(help="Numéro de l'identifiant ; le plus récent valable sinon.")] = None,
    en_json: EnJson = False,
) -> None:
    """Affiche à nouveau un identifiant API CFA ; cette lecture est notée."""
    lue = commun.run_cles(lambda actes: actes.read(siren, numero, par=commun.acteur()))
    commun.show(
        {"id": lue.id, "siren": siren, "cle": lue.cle, "dernier_jour": lue.dernier_jour},
        en_json=en_json,
        lignes=[lue.cle],
    )


@cle.command("revoquer")
def revoke_cle(
    siren: Siren,
    numero: Annotated[int, typer.Argument(help="Numéro de l'identifiant (voir « cle lister »).")],
    motif: Annotated[str, typer.Option(help="Motif, obligatoire.", prompt="Motif")],
) -> None:
    """Révoque un identifiant, aussitôt."""
    commun.run_cles(lambda actes: actes.revoke(siren, numero, motif=motif, par=commun.acteur()))
    commun.say(f"Identifiant n° {numero} révoqué.")


@accrochage.command("ouvrir")
def open_accrochage(client_id: ClientId, siren: Siren, en_json: EnJson = False) -> None:
    """Ouvre l'accrochage : en attente de première transmission."""
    commun.run_raccordement(lambda actes: actes.open_accrochage(client_id, siren, par=commun.acteur()))
    commun.show(
        {"client_id": client_id, "siren": siren, "etat": "EN_ATTENTE"},
        en_json=en_json,
        lignes=["Accrochage ouvert, en attente de première transmission."],
    )


@accrochage.command("suspendre")
def suspend_accrochage(
    client_id: ClientId,
    siren: Siren,
    motif: Annotated[str, typer.Option(help="Motif, obligatoire.", prompt="Motif")],
    par: Par = "OPCO",
) -> None:
    """Suspend un accrochage, aussitôt."""
    commun.run_raccordement(
        lambda actes: actes.suspend_accrochage(client_id, siren, par=par, motif=motif, acteur=commun.acteur())
    )
    commun.say("Accrochage suspendu.")


@accrochage.command("retablir")
def resume_accrochage(client_id: ClientId, siren: Siren, par: Par = "OPCO") -> None:
    """Rétablit un accrochage suspendu."""
    commun.run_raccordement(lambda actes: actes.resume_accrochage(client_id, siren, par=par, acteur=commun.acteur()))
    commun.say("Accrochage rétabli, en attente de première transmission.")


@accrochage.command("lister")
def list_accrochages(en_json: EnJson = False) -> None:
    """Liste les accrochages."""
    from traitdunion.opco.acces.states import LIBELLES, EtatAccrochage

    trouves = commun.run_raccordement(lambda actes: actes.list_accrochages())
    commun.show(
        [
            {
                "siren": a.siren,
                "client_id": client_id,
                "editeur": nom,
                "etat": a.etat,
                "ouvert_le": a.ouvert_le,
                "effectif_le": a.effectif_le,
                "suspendu_par": a.suspendu_par,
                "motif": a.motif,
            }
            for a, client_id, nom in trouves
        ],
        en_json=en_json,
        lignes=[
            f"{a.siren}  {client_id}  {nom} : {LIBELLES[EtatAccrochage(a.etat)]}"
            + (f" par {a.suspendu_par} ({a.motif})" if a.motif else "")
            for a, client_id, nom in trouves
        ]
        or ["Aucun accrochage."],
    )
