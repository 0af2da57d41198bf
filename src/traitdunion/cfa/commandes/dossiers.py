"""One contract at a time: deposer, controler, lire-cerfa, remplir-cerfa.

Exit codes: 0 done; 2 wrong usage or settings; 3 refused (by the checks or by the OPCO) or file that cannot be read;
4 client ID, secret, key or accrochage refused; 5 no answer from the OPCO.
"""

import sys
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import typer

from traitdunion.cfa import entrees, envoi
from traitdunion.cfa.boite.modeles import MiseEnBoite
from traitdunion.cfa.commandes.envois import find_destinataire, opened
from traitdunion.cfa.convention import ANNEES_RQTH, Engagements, build_convention
from traitdunion.cfa.echange.fichiers import Fichier
from traitdunion.cfa.errors import CerfaIllisible
from traitdunion.cfa.profil import Profil
from traitdunion.cfa.terminal import affichage, options
from traitdunion.cfa.terminal.liaison import connect
from traitdunion.cfa.terminal.outcome import CODES, OK, REFUSE, outcome
from traitdunion.norme import ecriture, lecture
from traitdunion.norme.erreurs import Anomalie, Refus
from traitdunion.norme.messages.cerfa import Cerfa, DepotDossier
from traitdunion.norme.messages.convention import Convention

app = typer.Typer()


@app.command(epilog=CODES)
def controler(
    dossier: options.Dossier,
    *,
    visa_cfa: options.Visa = None,
    signature_probante: options.Probante = None,
    au: options.AuJour = None,
    en_json: options.EnJson = False,
) -> None:
    """Contrôler un dossier hors ligne, comme le ferait l'OPCO ; rien n'est envoyé.

    Exemple : traitdunion cfa controler CERFA.pdf --visa-cfa
    """
    with outcome(en_json=en_json):
        charge = _load(dossier, visa_cfa, signature_probante)
        anomalies = envoi.check_dossier(charge, le=au or _today())
        recevable = envoi.is_recevable(anomalies) and not charge.illisibles
        affichage.show_notes(charge.notes)
        if en_json:
            notes = [{"champ": n.champ, "phrase": n.phrase, "illisible": n.illisible} for n in charge.notes]
            affichage.print_json({"recevable": recevable, "anomalies": affichage.plain(anomalies), "notes": notes})
        else:
            if anomalies:
                affichage.show_anomalies(anomalies, titre=f"{dossier.name} : {len(anomalies)} anomalie(s)")
            affichage.print_lines([("Recevable", "oui" if recevable else "non, à corriger avant l'envoi")])
    raise typer.Exit(OK if recevable else REFUSE)


@app.command(epilog=CODES)
def deposer(
    ctx: typer.Context,
    dossier: options.Dossier,
    *,
    convention: options.ConventionPdf,
    donnees_convention: options.DonneesConvention = None,
    mandat_employeur: options.Mandat = None,
    cout_pedagogie: options.CoutPedagogie = None,
    majoration_rqth: options.Rqth = None,
    repas: options.Repas = None,
    nuitees: options.Nuitees = None,
    premier_equipement: options.PremierEquipement = None,
    mobilite: options.Mobilite = None,
    date_signature: options.DateSignature = None,
    signee: options.Signee = None,
    conforme: options.Conforme = None,
    visa_cfa: options.Visa = None,
    signature_probante: options.Probante = None,
    malgre_illisible: options.MalgreIllisible = False,
    numero_interne: options.NumeroInterne = None,
    renvoyer: options.Renvoyer = False,
    a_blanc: options.ABlanc = False,
    boite: options.EnBoite = False,
    nouveau_depot: options.NouveauDepot = False,
    promotion: options.Promotion = None,
    configuration: options.Configuration = None,
    profil: options.NomProfil = None,
    au: options.AuJour = None,
    en_json: options.EnJson = False,
) -> None:
    """Déposer un contrat et sa convention, aussitôt ou par la boîte d'envoi ; donne le numéro de dossier de l'OPCO.

    Les identifiants viennent du fichier de réglages ou des variables TRAITDUNION_CFA_*, jamais de la ligne de commande.

    Exemple : traitdunion cfa deposer CERFA.pdf --convention CONVENTION.pdf --visa-cfa --mandat-employeur
    """
    engagements = Engagements(
        mandat_employeur=mandat_employeur,
        cout_pedagogie=cout_pedagogie,
        majorations_rqth=tuple(majoration_rqth or ()),
        repas=repas,
        nuitees=nuitees,
        premier_equipement=premier_equipement,
        mobilite_internationale=mobilite,
        date_signature=date_signature,
        signee=signee,
        conforme=conforme,
    )
    _require_one_source(donnees_convention, engagements)
    if (nouveau_depot or promotion) and not boite:
        raise typer.BadParameter("--nouveau-depot et --promotion vont avec --boite.")
    if boite and (numero_interne is not None or renvoyer):
        raise typer.BadParameter("--boite décide elle-même des renvois : retirez --numero-interne et --renvoyer.")
    if numero_interne is not None and not (numero_interne.isascii() and numero_interne.isdigit()):
        raise typer.BadParameter("--numero-interne est le numéro interne, en chiffres, et non le numéro « CA- ».")
    bilan = envoi.Bilan(numero_interne=numero_interne)
    with outcome(en_json=en_json, bilan=bilan):
        charge = _load(dossier, visa_cfa, signature_probante)
        affichage.show_notes(charge.notes)
        _stop_if_unread(charge, malgre=malgre_illisible)
        piece = entrees.load_piece(convention)
        donnees, anomalies = _convention(charge, donnees_convention, engagements)
        le = au or _today()
        anomalies += envoi.check_dossier(charge, le=le) + envoi.check_convention(donnees, charge, le=le)
        if not envoi.is_recevable(anomalies):
            raise Refus(anomalies)
        if a_blanc:
            _tell_dry_run(anomalies, en_json=en_json)
            return
        if boite:
            mise = _enqueue(charge, donnees, piece, profil, configuration, promotion=promotion, nouveau=nouveau_depot)
            _tell_mise(mise, en_json=en_json)
            return
        reglages = Profil.load(configuration, nom=profil)
        reglages = replace(reglages, renvoi_reconnu=True) if renvoyer else reglages
        with connect(reglages, ctx.obj) as client:
            envoi.send(client, charge, donnees, piece, bilan)
        _tell_success(bilan, en_json=en_json)


@app.command("lire-cerfa", epilog=CODES)
def lire_cerfa(cerfa: options.CerfaPdf, *, sortie: options.SortieJson = None, ecraser: options.Ecraser = False) -> None:
    """Lire un CERFA 10103*14 rempli à l'écran, et en donner le JSON de la norme.

    Exemple : traitdunion cfa lire-cerfa CERFA.pdf --sortie dossier.json
    """
    from traitdunion.cfa.cerfa_pdf import read_cerfa_with_notes

    with outcome(en_json=False):
        lu = read_cerfa_with_notes(cerfa)
        affichage.show_notes(lu.notes)
        corps = ecriture.write(lu.depot)
        if sortie is None:
            affichage.print_json(corps)
        else:
            entrees.write_result(sortie, corps, ecraser=ecraser)
            affichage.say(f"Écrit : {sortie}")


@app.command("remplir-cerfa", epilog=CODES)
def remplir_cerfa(
    dossier: options.DossierJson,
    *,
    sortie: options.SortiePdf,
    formulaire: options.Vierge = None,
    ecraser: options.Ecraser = False,
) -> None:
    """Remplir le CERFA 10103*14 avec les données d'un dossier.

    Exemple : traitdunion cfa remplir-cerfa dossier.json --formulaire VIERGE.pdf --sortie CERFA.pdf
    """
    from traitdunion.cfa.cerfa_pdf import fill_cerfa_with_notes
    from traitdunion.cfa.formulaire import draw_form

    with outcome(en_json=False):
        lu = lecture.read(DepotDossier, entrees.load_json(dossier))
        if lu.anomalies:
            affichage.show_anomalies(lu.anomalies, titre="Données laissées de côté", erreur=True)
        if formulaire is None:
            affichage.say(
                "Sans --formulaire, un formulaire d'essai est dessiné : mêmes champs, mais sans valeur officielle."
            )
        rempli = fill_cerfa_with_notes(lu.message, formulaire or draw_form())
        entrees.write_result(sortie, rempli.pdf, ecraser=ecraser)
        affichage.show_notes(rempli.notes)
        affichage.say(f"Écrit : {sortie}")


def _today() -> date:
    """The day it is for the person who types the command; the rules are told, they never look at a clock."""
    return datetime.now().astimezone().date()


def _load(dossier: Path, visa_cfa: bool | None, signature_probante: bool | None) -> entrees.DossierCharge:
    charge = entrees.load_dossier(dossier)
    if charge.est_pdf:
        return entrees.complete_paper(charge, visa_cfa=visa_cfa, signature_probante=signature_probante)
    if visa_cfa is not None or signature_probante is not None:
        raise typer.BadParameter(
            "--visa-cfa et --signature-probante ne valent que pour un CERFA en PDF : le JSON le dit."
        )
    return charge


def _stop_if_unread(charge: entrees.DossierCharge, *, malgre: bool) -> None:
    if charge.illisibles and not malgre:
        raise CerfaIllisible(
            f"{len(charge.illisibles)} saisie(s) du CERFA n'ont pu être lues : rien n'est envoyé. Corrigez le PDF, "
            "ou ajoutez --malgre-illisible pour déposer sans ces champs."
        )


def _require_one_source(donnees_convention: Path | None, engagements: Engagements) -> None:
    if donnees_convention is not None and engagements != Engagements():
        raise typer.BadParameter(
            "--donnees-convention dit tout de la convention : retirez le mandat, les coûts, les dates."
        )
    if len(engagements.majorations_rqth) > ANNEES_RQTH:
        raise typer.BadParameter("--majoration-rqth se donne quatre fois au plus, une par année.")


def _convention(
    charge: entrees.DossierCharge, donnees: Path | None, engagements: Engagements
) -> tuple[Convention, list[Anomalie]]:
    """The convention's data and what their shape has wrong: read from a file, or made from the CERFA."""
    if donnees is not None:
        lue = lecture.read(Convention, entrees.load_json(donnees), racine="convention")
        return lue.message, list(lue.anomalies)
    if engagements.mandat_employeur is None:
        engagements = replace(engagements, mandat_employeur=_ask_mandat())
    return build_convention(charge.depot.cerfa or Cerfa(), engagements), []


def _ask_mandat() -> bool:
    """The mandate is the employer's to give: it is asked, never supposed (guide, « Sending contracts »)."""
    if not sys.stdin.isatty():
        raise typer.BadParameter(
            "dites si la convention donne mandat de gestion au CFA : --mandat-employeur ou --sans-mandat"
        )
    return typer.confirm(
        "L'employeur a-t-il donné mandat de gestion au CFA, dans un chapitre de la convention ?", err=True
    )


def _enqueue(
    charge: entrees.DossierCharge,
    convention: Convention,
    fichier: Fichier,
    profil: str | None,
    configuration: Path | None,
    *,
    promotion: str | None,
    nouveau: bool,
) -> MiseEnBoite:
    """Put it in the box of the profile instead of sending it: no network, no secret is needed."""
    with opened(profil, configuration) as boite:
        if (destinataire := find_destinataire(profil, configuration)) is not None:
            boite.bind(*destinataire)
        return boite.enqueue_dossier(
            charge.corps, convention=convention, fichier=fichier, promotion=promotion, nouveau=nouveau
        )


def _tell_mise(mise: MiseEnBoite, *, en_json: bool) -> None:
    numeros = [envoi.id for envoi in mise.envois]
    if en_json:
        resultat = "DEJA_EN_BOITE" if mise.deja else "MIS_EN_BOITE"
        affichage.print_json({"resultat": resultat, "envois": numeros, "memeContenu": mise.meme_contenu})
        return
    affichage.print_lines([("Envois", ", ".join(f"n° {numero}" for numero in numeros))])
    if mise.deja:
        autre = ", avec un autre contenu" if mise.meme_contenu is False else ""
        affichage.say(f"Ce contrat est déjà dans la boîte{autre} : rien n'y est ajouté (voir l'envoi n° {numeros[0]}).")
    else:
        affichage.say("Mis en boîte. Pour envoyer : traitdunion cfa envois envoyer")


def _tell_dry_run(anomalies: list[Anomalie], *, en_json: bool) -> None:
    if en_json:
        affichage.print_json({"resultat": "A_BLANC", "recevable": True, "anomalies": affichage.plain(anomalies)})
        return
    if anomalies:
        affichage.show_anomalies(anomalies, titre=f"{len(anomalies)} anomalie(s), aucune ne bloque")
    affichage.print_lines([("Recevable", "oui ; rien n'a été envoyé (--a-blanc)")])


def _tell_success(bilan: envoi.Bilan, *, en_json: bool) -> None:
    if en_json:
        affichage.print_json(
            {
                "resultat": "DEPOSE",
                "numeroInterne": bilan.numero_interne,
                "numeroExterne": bilan.numero_externe,
                "numeroDeca": bilan.numero_deca,
                "recepisse": bilan.recepisse,
                "numeroInterneDocument": bilan.numero_interne_document,
                "recepisseConvention": bilan.recepisse_convention,
                "retrouve": bilan.retrouve,
                "avertissements": affichage.plain(bilan.avertissements),
            }
        )
        return
    if bilan.retrouve:
        affichage.say("La réponse au dépôt s'était perdue ; le dossier a été retrouvé, il n'est pas déposé deux fois.")
    if bilan.avertissements:
        titre = f"Reçu avec {len(bilan.avertissements)} remarque(s) de l'OPCO"
        affichage.show_anomalies(bilan.avertissements, titre=titre, erreur=True)
    affichage.print_lines(
        [
            ("Dossier", bilan.numero_externe),
            ("Numéro interne", bilan.numero_interne),
            ("N° de dépôt DECA", bilan.numero_deca),
            ("Convention", bilan.numero_interne_document),
            ("Récépissé du dossier", bilan.recepisse),
            ("Récépissé de la convention", bilan.recepisse_convention),
        ]
    )
