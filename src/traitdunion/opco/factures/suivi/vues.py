"""One invoice whole, and what was invoiced of one dossier."""

from collections.abc import Sequence

from traitdunion.opco.comptabilite import service as comptabilite
from traitdunion.opco.comptabilite.livre import Livre
from traitdunion.opco.comptabilite.postes import EN_COURS, HORS_ECHEANCE, Poste
from traitdunion.opco.factures import store as factures
from traitdunion.opco.factures.suivi import store
from traitdunion.opco.factures.suivi.listes import read_suivies
from traitdunion.opco.factures.suivi.modele import (
    DossierSuivi,
    EcheanceSuivie,
    FactureVue,
    FraisSuivis,
    LigneSuivie,
    Virement,
)
from traitdunion.opco.factures.suivi.store import Tx
from traitdunion.opco.financement import store as financement


async def find_facture(tx: Tx, numero_interne: int, *, siren: str) -> FactureVue | None:
    """An invoice or a credit note of this SIREN, whole; None for another's as for none."""
    lue = await factures.find(tx, numero_interne, siren=siren)
    if lue is None:
        return None
    lignes = await read_suivies(tx, await factures.list_lignes(tx, [numero_interne]))
    avoirs = [await factures.find(tx, un) for un in await store.list_avoirs(tx, numero_interne)]
    origine = None
    if lue.origine is not None:
        origine = (await factures.find_numeros(tx, [lue.origine]))[lue.origine]
    dossiers = sorted({une.ligne.numero_interne for une in lignes})
    return FactureVue(
        facture=lue,
        numero_origine=origine,
        lignes=tuple(lignes),
        avoirs=tuple(un for un in avoirs if un is not None),
        virements=_virements(lignes),
        pieces=tuple(await store.list_pieces(tx, numero_interne, siren=siren)),
        faits=tuple(await store.list_faits(tx, numero_interne, dossiers, siren=siren)),
    )


async def read_dossier(tx: Tx, numero_interne: int) -> DossierSuivi:
    """What was invoiced of a dossier already found to be of the reader's SIREN, and what is left, by the ledger."""
    livre = await comptabilite.open_livre(tx, numero_interne)
    lignes = await factures.list_lignes_dossier(tx, numero_interne)
    return DossierSuivi(
        echeances=tuple(
            EcheanceSuivie(
                numero=une.numero,
                codification=une.codification,
                ouverture=une.ouverture,
                debut=une.debut,
                fin=une.fin,
                total=-livre.total(Poste.ENGAGE, echeance=une.numero),
                regle=livre.total(Poste.REGLE, echeance=une.numero),
                en_cours=livre.total(*EN_COURS, echeance=une.numero),
                reste=livre.total(Poste.A_FACTURER, echeance=une.numero),
                forclos=livre.total(Poste.FORCLOS, echeance=une.numero),
            )
            for une in await financement.list_echeances(tx, [numero_interne])
        ),
        frais=_frais(livre),
        lignes=tuple(await read_suivies(tx, lignes)),
        trop_percu=livre.total(Poste.TROP_PERCU),
        avoirs_a_rendre=livre.total(Poste.AVOIR_A_RECOUVRER),
        rendu=(await store.find_rendus(tx, [numero_interne])).get(numero_interne, 0),
    )


def _virements(lignes: Sequence[LigneSuivie]) -> tuple[Virement, ...]:
    """The transfers of these lines, each once."""
    return tuple({une.virement.reference: une.virement for une in lignes if une.virement is not None}.values())


def _frais(livre: Livre) -> tuple[FraisSuivis, ...]:
    return tuple(
        FraisSuivis(
            nature=cle.nature,
            total=livre.engage(cle),
            regle=livre.total(Poste.REGLE, echeance=HORS_ECHEANCE, nature=cle.nature),
            en_cours=livre.total(*EN_COURS, echeance=HORS_ECHEANCE, nature=cle.nature),
            reste=livre.disponible(cle),
        )
        for cle in livre.cles
        if cle.echeance == HORS_ECHEANCE
    )
