"""Reading invoices and credit notes back, as the norm writes them (norme.md §2.5)."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from traitdunion.norme.facturation.etats import EtatDeLigne
from traitdunion.norme.facturation.montants import to_euros
from traitdunion.norme.identifiants import numero_externe
from traitdunion.norme.messages import reponses
from traitdunion.norme.messages.factures_lues import (
    DossierFacture,
    EtatAvoir,
    EtatFacture,
    EtatLigne,
    OrganismePaye,
    PageAvoirs,
    PageFactures,
)
from traitdunion.norme.motifs import MOTIF_REJET
from traitdunion.opco.comptabilite import service as comptabilite
from traitdunion.opco.comptabilite.livre import Livre
from traitdunion.opco.comptabilite.postes import Poste
from traitdunion.opco.factures import store
from traitdunion.opco.factures.store_reglements import Reglement, find_reglements
from traitdunion.opco.financement.service import Financement, FinancementLu
from traitdunion.opco.modifications.banque import iban_aad
from traitdunion.opco.socle.database import Database, Tx
from traitdunion.opco.socle.vault import Vault

TAILLE_PAGE = 100  # rows of a page of states (norme.md §2)


class LectureFactures:
    """The states of invoices and credit notes, and the funding of dossiers with what was invoiced."""

    def __init__(self, *, database: Database, vault: Vault, financement: Financement) -> None:
        self._database = database
        self._vault = vault
        self._financement = financement

    async def list_page(self, *, siren: str, page: int) -> PageFactures:
        """One page of invoices; past the end, an empty one."""
        async with self._database.connection() as tx:
            total, etats = await self._read_page(tx, siren=siren, genre=store.FACTURE, page=page)
        return PageFactures(total=total, count=len(etats), page=page, factures=tuple(etats))

    async def list_page_avoirs(self, *, siren: str, page: int) -> PageAvoirs:
        """One page of credit notes; past the end, an empty one."""
        async with self._database.connection() as tx:
            total, etats = await self._read_page(tx, siren=siren, genre=store.AVOIR, page=page)
        avoirs = tuple(etat for etat in etats if isinstance(etat, EtatAvoir))
        return PageAvoirs(total=total, count=len(avoirs), page=page, avoirs=avoirs)

    async def read_back(self, tx: Tx, numeros: Sequence[int]) -> dict[int, FinancementLu]:
        """What the norm says of the funding of these dossiers, invoices included."""
        periodes: dict[int, list[reponses.PeriodeFraisAnnexe]] = defaultdict(list)
        for dossier, echeance, nature in await store.list_periodes(tx, numeros):
            periodes[dossier].append(reponses.PeriodeFraisAnnexe(numero_echeance=str(echeance), nature=nature))
        return await self._financement.read_back(tx, numeros, periodes=periodes)

    async def _read_page(self, tx: Tx, *, siren: str, genre: str, page: int) -> tuple[int, list[EtatFacture]]:
        total, factures = await store.list_page(tx, siren=siren, genre=genre, page=page, taille=TAILLE_PAGE)
        numeros = [une.numero_interne for une in factures]
        lignes: dict[int, list[store.LigneFacture]] = defaultdict(list)
        for ligne in await store.list_lignes(tx, numeros):
            lignes[ligne.facture].append(ligne)
        dossiers = {ligne.numero_interne for de in lignes.values() for ligne in de}
        livres = await comptabilite.open_livres(tx, sorted(dossiers))
        reglements = await find_reglements(tx, numeros)
        origines = await store.find_numeros(tx, [une.origine for une in factures if une.origine is not None])
        return total, [
            self._to_norme(une, lignes[une.numero_interne], livres, reglements.get(une.numero_interne), origines)
            for une in factures
        ]

    def _to_norme(
        self,
        facture: store.FactureLue,
        lignes: Sequence[store.LigneFacture],
        livres: Mapping[int, Livre],
        reglement: Reglement | None,
        origines: Mapping[int, str],
    ) -> EtatFacture:
        par_dossier: dict[int, int] = defaultdict(int)
        for ligne in lignes:
            par_dossier[ligne.numero_interne] += ligne.montant
        dites = tuple(_ligne(ligne, livres[ligne.numero_interne]) for ligne in lignes)
        iban = self._vault.decrypt(facture.iban_chiffre, aad=iban_aad(facture.siren)).decode()
        membres = {
            "numero_interne_facture": str(facture.numero_interne),
            "reference_facture_cfa": facture.numero,
            "montant_facture": to_euros(facture.montant),
            "etat_facture": facture.etat,
            "reference_virement": reglement.reference if reglement else None,
            "date_reglement": reglement.jour if reglement else None,
            "commentaire": _say_commentaire(lignes),
            "organisme_formation": OrganismePaye(siret=facture.siret_emetteur, iban=iban),
            "dossiers": tuple(
                DossierFacture(
                    numero_interne_dossier=str(numero),
                    numero_externe_dossier=numero_externe(numero),
                    montant=to_euros(montant),
                )
                for numero, montant in sorted(par_dossier.items())
            ),
            "montant_regle": sum((une.montant_regle for une in dites), to_euros(0)),
            "lignes": dites,
        }
        if facture.origine is None:
            return EtatFacture(**membres)  # type: ignore[arg-type]
        return EtatAvoir(numero_facture_origine=origines[facture.origine], **membres)  # type: ignore[arg-type]


def _ligne(ligne: store.LigneFacture, livre: Livre) -> EtatLigne:
    regle = livre.total(Poste.REGLE, ligne=ligne.id) if ligne.montant > 0 else 0
    return EtatLigne(
        nature_ligne=ligne.nature,
        numero_echeance=str(ligne.echeance),
        numero_dossier=numero_externe(ligne.numero_interne),
        montant=to_euros(ligne.montant),
        montant_regle=to_euros(regle),
        etat_ligne=ligne.etat,
        commentaire=say_ligne(ligne),
    )


def say_ligne(ligne: store.LigneFacture) -> str | None:
    """Why a line is not paid, or not yet, in French; None when there is nothing to say."""
    if ligne.etat is EtatDeLigne.A_COMPLETER:
        pieces = ", ".join(PIECES[une] for une in ligne.attend)
        limite = f", au plus tard le {ligne.jusqu_au:%d/%m/%Y}" if ligne.jusqu_au else ""
        return f"Attend : {pieces}{limite}."
    dits = [MOTIF_REJET.codes[ligne.motif].capitalize() if ligne.motif else None, ligne.commentaire]
    return ". ".join(dit.rstrip(".") for dit in dits if dit) + "." if any(dits) else None


PIECES = {
    "CERTIFICAT_REALISATION": "le certificat de réalisation",
    "FACTURE_PARTICIPATION_EMPLOYEUR": "la copie de la facture de participation adressée à l'employeur",
    "ATTESTATION_DEBUT": "l'attestation de réalisation du début de la formation",
}


def _say_commentaire(lignes: Sequence[store.LigneFacture]) -> str | None:
    """What is said of the lines, each once."""
    dits = list(dict.fromkeys(dit for ligne in lignes if (dit := say_ligne(ligne)) is not None))
    return " ".join(dits) or None
