"""Invoicing: facturer. What can be sent now is shown, then sent on confirmation, through the outbox."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from traitdunion.cfa import entrees
from traitdunion.cfa.commandes.suivi import (
    HorsLigne,
    NomPromotion,
    open_suivi,
    read_emises,
    read_opco,
    today,
)
from traitdunion.cfa.echange.fichiers import Fichier
from traitdunion.cfa.errors import ErreurCfa
from traitdunion.cfa.facturation import carnet as carnets
from traitdunion.cfa.facturation import envoi as envois
from traitdunion.cfa.facturation.carnet import Carnet, Emission, EtatEmission
from traitdunion.cfa.facturation.certificats import CertificatTrouve, FichierEcarte, match_certificats
from traitdunion.cfa.facturation.emetteur import Emetteur
from traitdunion.cfa.facturation.frais import read_frais
from traitdunion.cfa.facturation.messages import build_certificat, build_facture
from traitdunion.cfa.facturation.preparation import DemandeFrais, Preparation, Reglages, prepare_factures
from traitdunion.cfa.lieux import BOITE, data_folder
from traitdunion.cfa.profil import Profil
from traitdunion.cfa.suivi.miroir.base import locked
from traitdunion.cfa.suivi.modele import Vue
from traitdunion.cfa.suivi.tableau import is_meant, promotion_of
from traitdunion.cfa.terminal import affichage, options
from traitdunion.cfa.terminal.ecrans import factures as ecran
from traitdunion.cfa.terminal.liaison import connect, open_boite
from traitdunion.cfa.terminal.outcome import CODES, OK, REFUSE, RESEAU, outcome
from traitdunion.cfa.terminal.question import ask_oui_non, is_interactive
from traitdunion.norme import ecriture
from traitdunion.norme.erreurs import Gravite, Refus
from traitdunion.norme.facturation.montants import say_euros
from traitdunion.norme.facturation.natures import Nature

if TYPE_CHECKING:
    import httpx

    from traitdunion.cfa.boite import Boite, Envoi

OCCUPE = "Une autre facturation de ce profil est en cours. Attendez qu'elle finisse, puis recommencez."
PROVISOIRE = "PROVISOIRE"

app = typer.Typer()


@app.command(epilog=CODES)
def facturer(
    ctx: typer.Context,
    *,
    promotion: NomPromotion = None,
    dossier: Annotated[
        list[str] | None, typer.Option("--dossier", metavar="CA-…", help="Seulement ce dossier (répétable).")
    ] = None,
    regrouper: Annotated[
        bool, typer.Option("--regrouper", help="Une facture pour plusieurs dossiers, au lieu d'une par dossier.")
    ] = False,
    premier_equipement: Annotated[
        bool, typer.Option("--premier-equipement", help="Facturer aussi le premier équipement engagé.")
    ] = False,
    mobilite: Annotated[
        bool, typer.Option("--mobilite", help="Facturer aussi la mobilité internationale engagée.")
    ] = False,
    frais: Annotated[
        Path | None,
        typer.Option(
            "--frais",
            exists=True,
            dir_okay=False,
            metavar="FRAIS.csv",
            help="Frais annexes à facturer : dossier;nature;quantite.",
        ),
    ] = None,
    certificats: Annotated[
        Path | None,
        typer.Option(
            "--certificats",
            exists=True,
            file_okay=False,
            metavar="DOSSIER",
            help="Certificats de réalisation (PDF) à envoyer, nommés par numéro CA- ou par nom d'apprenti.",
        ),
    ] = None,
    oui: Annotated[bool, typer.Option("--oui", help="Envoyer sans demander de confirmation.")] = False,
    a_blanc: options.ABlanc = False,
    sortie: Annotated[
        Path | None,
        typer.Option("--sortie", file_okay=False, metavar="DOSSIER", help="Écrire aussi chaque facture, JSON et PDF."),
    ] = None,
    hors_ligne: HorsLigne = False,
    configuration: options.Configuration = None,
    profil: options.NomProfil = None,
    en_json: options.EnJson = False,
) -> None:
    """Préparer les factures qui peuvent partir, les montrer, les envoyer une fois confirmées.

    Exemple : traitdunion cfa facturer --promotion "BTS 2026" --a-blanc
    """
    demandes = [DemandeFrais(nature=Nature.PREMIEREQUIPEMENT)] if premier_equipement else []
    demandes += [DemandeFrais(nature=Nature.MOBILITE)] if mobilite else []
    code = OK
    with outcome(en_json=en_json):
        if frais is not None:
            demandes += read_frais(frais.read_bytes())
        reglages = Profil.load(configuration, nom=profil)
        emetteur = Emetteur.load(configuration, nom=profil)
        voulu = Reglages(
            siret=emetteur.siret,
            regrouper=regrouper,
            valent_certificat=emetteur.valent_certificat,
            dossiers=frozenset(un.strip().upper() for un in dossier or ()),
            promotion=promotion,
            frais=tuple(demandes),
        )
        facturation = Facturation(reglages, emetteur, voulu, transport=ctx.obj, le=today())
        code = facturation.run(
            certificats=certificats, oui=oui, a_blanc=a_blanc, sortie=sortie, hors_ligne=hors_ligne, en_json=en_json
        )
    raise typer.Exit(code)


class Facturation:
    """One run of the command."""

    def __init__(
        self,
        profil: Profil,
        emetteur: Emetteur,
        reglages: Reglages,
        *,
        transport: "httpx.BaseTransport | None",
        le: date,
    ) -> None:
        self._profil = profil
        self._emetteur = emetteur
        self._reglages = reglages
        self._transport = transport
        self._le = le
        self._dossier = data_folder(profil.nom)

    def run(
        self,
        *,
        certificats: Path | None,
        oui: bool,
        a_blanc: bool,
        sortie: Path | None,
        hors_ligne: bool,
        en_json: bool,
    ) -> int:
        """Prepare, show, confirm, send; the exit code."""
        # From the preparation to the outbox: two runs at once would prepare the same échéances.
        with locked(self._dossier / f"{carnets.FICHIER}.verrou", OCCUPE):
            vue = self._read(hors_ligne=hors_ligne)
            if a_blanc:
                preparation = self._prepare(vue, read_emises(self._profil.nom))
                trouves, ecartes = self._match(certificats, vue)
                self._show(preparation, trouves, ecartes, en_json=en_json)
                if sortie is not None:
                    self._write(sortie, self._number_for_show(preparation))
                if en_json:
                    corps = ecran.plain_preparation(preparation, self._emetteur)
                    affichage.print_json({"resultat": "A_BLANC", **corps})
                return OK
            with (
                Carnet.open(self._dossier / carnets.FICHIER) as carnet,
                open_boite(self._dossier / BOITE) as boite,
            ):
                envois.require_known(carnet, boite)
                envois.refresh(carnet, boite, vue)
                reprises = carnet.list_reservees()
                envois.put_in_boite(carnet, boite, self._emetteur, reprises)
                if reprises:
                    numeros = ", ".join(une.numero for une in reprises)
                    affichage.say(f"Reprises d'une facturation interrompue, elles partent aussi : {numeros}.")
                preparation = self._prepare(vue, carnet.list_lignes())
                trouves, ecartes = self._match(certificats, vue)
                self._show(preparation, trouves, ecartes, en_json=en_json)
                if not (preparation.factures or trouves or reprises):
                    self._tell(preparation, [], boite, en_json=en_json)
                    return OK
                if preparation.factures or trouves:
                    _confirm(preparation, trouves, oui=oui)
                pris = envois.list_numeros(boite, vue)
                prefixe = self._emetteur.prefixe
                emissions = carnet.reserve(preparation.factures, prefixe=prefixe, le=self._le, pris=pris)
                if sortie is not None:
                    self._write(sortie, emissions)
                envois.put_in_boite(carnet, boite, self._emetteur, emissions)
                self._enqueue_certificats(boite, certificats, trouves)
                self._drain(boite)
                envois.refresh(carnet, boite, vue)
                nos = {une.numero for une in [*emissions, *reprises]}
                faites = [une for une in carnet.list_emissions() if une.numero in nos]
                return self._tell(preparation, faites, boite, en_json=en_json)

    def _drain(self, boite: "Boite") -> None:
        """Send; what cannot go now stays in the outbox, which says why."""
        try:
            with connect(self._profil, self._transport) as client:
                boite.drain(client)
        except ErreurCfa as erreur:
            affichage.say(f"Dans la boîte d'envoi, pas encore parti : {erreur}", "yellow")

    def _read(self, *, hors_ligne: bool) -> Vue:
        with open_suivi(self._profil.nom) as suivi:
            if not hors_ligne:
                read_opco(suivi, self._profil, self._transport)
            return suivi.vue()

    def _prepare(self, vue: Vue, emises: Sequence[Any]) -> Preparation:
        _require_known(self._reglages, vue)
        preparation = prepare_factures(vue, self._reglages, le=self._le, emises=emises)
        bloquantes = [
            une
            for une in envois.check(preparation.factures, self._emetteur, le=self._le)
            if une.gravite is Gravite.BLOQUANT
        ]
        if bloquantes:
            raise Refus(bloquantes)
        return preparation

    def _match(self, dossier: Path | None, vue: Vue) -> tuple[list[CertificatTrouve], list[FichierEcarte]]:
        if dossier is None:
            return [], []
        noms = sorted(un.name for un in dossier.iterdir() if un.is_file() and un.suffix.lower() == ".pdf")
        return match_certificats(noms, vue, le=self._le)

    def _show(
        self,
        preparation: Preparation,
        trouves: Sequence[CertificatTrouve],
        ecartes: Sequence[FichierEcarte],
        *,
        en_json: bool,
    ) -> None:
        ecran.say_cotes(preparation.mises_de_cote)
        for ecarte in ecartes:
            affichage.say(f"{ecarte.nom} : laissé de côté, {ecarte.pourquoi}.", "yellow")
        if en_json:
            return
        if preparation.factures:
            ecran.show_preparation(preparation)
            if any(une.est_certificat for une in preparation.factures):
                affichage.say(
                    "Ces factures valent certificat de réalisation, hors premières échéances (mention portée au PDF) ; "
                    "réglage « valent_certificat » pour qu'il n'en soit rien."
                )
        else:
            affichage.say("Aucune facture à envoyer aujourd'hui.")
        for trouve in trouves:
            qui = f"{trouve.dossier.numero_externe} {trouve.dossier.apprenti or ''}".strip()
            affichage.say(f"Certificat {trouve.nom} : {qui}, échéance {trouve.echeance.numero}")

    def _number_for_show(self, preparation: Preparation) -> list[Emission]:
        """The same invoices under numbers that are nobody's."""
        return [
            Emission(numero=f"{PROVISOIRE}-{rang:05d}", etat=EtatEmission.RESERVEE, emise_le=self._le, facture=facture)
            for rang, facture in enumerate(preparation.factures, 1)
        ]

    def _write(self, dossier: Path, emissions: Sequence[Emission]) -> None:
        """JSON and PDF of each invoice; what is there under the same number is the same invoice, written again."""
        dossier.mkdir(mode=0o700, parents=True, exist_ok=True)
        for emission in emissions:
            nom = emission.numero.replace("/", "-")
            corps = ecriture.write(build_facture(emission, self._emetteur))
            entrees.write_result(dossier / f"{nom}.json", corps, ecraser=True)
            pdf = envois.draw_emission(emission, self._emetteur)
            entrees.write_result(dossier / f"{nom}.pdf", pdf, ecraser=True)
        if emissions:
            affichage.say(f"{len(emissions)} facture(s) écrite(s) dans {dossier}")

    def _enqueue_certificats(self, boite: "Boite", dossier: Path | None, trouves: Sequence[CertificatTrouve]) -> None:
        for trouve in trouves:
            assert dossier is not None
            fichier: Fichier = entrees.load_piece(dossier / trouve.nom)
            certificat = build_certificat(trouve.dossier, trouve.echeance, self._emetteur, signe_le=self._le)
            libelle = f"Certificat {trouve.dossier.numero_externe}, échéance {trouve.echeance.numero}"
            boite.enqueue_certificat(certificat, fichier, libelle=libelle)

    def _tell(self, preparation: Preparation, emissions: Sequence[Emission], boite: "Boite", *, en_json: bool) -> int:
        dits: dict[int | None, Envoi] = {envoi.id: envoi for envoi in boite.list_envois()}
        siens = [dits[une.envoi] for une in emissions if une.envoi in dits]
        if en_json:
            affichage.print_json(
                {
                    "resultat": "ENVOYE",
                    "factures": [ecran.plain_emission(une, dits.get(une.envoi)) for une in emissions],
                    "misesDeCote": ecran.plain_cotes(preparation.mises_de_cote),
                }
            )
        elif emissions:
            ecran.show_emissions(emissions, dits)
        etats = {str(envoi.etat) for envoi in siens}
        if "REFUSE" in etats:
            return REFUSE
        return RESEAU if etats - {"ACCEPTE"} else OK


def _require_known(reglages: Reglages, vue: Vue) -> None:
    """A name typed wrong must not pass for a dossier without anything to invoice. Raises BadParameter."""
    connus = {numero for un in vue.dossiers for numero in (un.numero_externe, un.numero_interne)}
    if inconnus := sorted(reglages.dossiers - connus):
        raise typer.BadParameter(f"{', '.join(inconnus)} n'est pas de vos dossiers : donnez le numéro CA-.")
    if reglages.promotion is not None:
        noms = sorted({promotion_of(un, vue)[0] for un in vue.dossiers})
        if not any(is_meant(nom, reglages.promotion) for nom in noms):
            raise typer.BadParameter(f"pas de promotion « {reglages.promotion} ». Vos promotions : {' ; '.join(noms)}.")


def _confirm(preparation: Preparation, trouves: Sequence[CertificatTrouve], *, oui: bool) -> None:
    """Nothing leaves without a yes: typed, or given beforehand by --oui."""
    nombre, quoi = len(preparation.factures), []
    if nombre:
        quoi.append(f"{'cette facture' if nombre == 1 else f'ces {nombre} factures'}, {say_euros(preparation.total)}")
    if trouves:
        quoi.append(f"{'ce certificat' if len(trouves) == 1 else f'ces {len(trouves)} certificats'}")
    if oui:
        return
    if not is_interactive():
        raise typer.BadParameter("rien n'est envoyé sans accord : ajoutez --oui, ou --a-blanc pour seulement voir")
    if not ask_oui_non(f"Envoyer {' et '.join(quoi)} ?"):
        affichage.say("Rien n'a été envoyé.")
        raise typer.Exit(OK)
