"""One hand-written account of docs/financement/compte-exemple.toml, lived step by step in a running server."""

import tomllib
from datetime import date, timedelta
from typing import Any

from builders.corps import a_certificat
from builders.envois import some_infos
from builders.factures.envoi import a_body, set_iban
from builders.factures.paiement import COMPTABLE, lignes_of, order, pay, set_jour
from builders.factures.papier import a_facture_pdf
from builders.instruction import PDF, a_rupture, an_agent, an_engaged, version_of
from builders.projet import RACINE
from builders.serveur import SIREN, Serveur

from traitdunion.norme.calendrier import add_months
from traitdunion.norme.facturation.montants import to_euros
from traitdunion.norme.identifiants import numero_externe
from traitdunion.opco.comptabilite import service as comptabilite
from traitdunion.opco.comptabilite.livre import Livre
from traitdunion.opco.comptabilite.postes import EN_COURS, HORS_ECHEANCE, Cle, Poste
from traitdunion.opco.factures import store
from traitdunion.opco.factures.traitement import Choix
from traitdunion.opco.financement.faits import Choix as ChoixAccord

FICHIER = RACINE / "docs" / "financement" / "compte-exemple.toml"
COMPTES = tomllib.loads(FICHIER.read_text(encoding="utf-8"))["compte"]


def _contrat(contrat: dict[str, Any]) -> dict[str, Any]:
    """The members of the form: a year at the rate of 18, then at that of 20, at 21 from the month after."""
    debut, fin = contrat["debut"], contrat["fin"]
    annee = add_months(debut, 12)
    periodes = [
        ("1.1", debut, annee - timedelta(days=1), 43),
        ("2.1", annee, date(2027, 5, 31), 51),
        ("2.2", date(2027, 6, 1), fin, 61),
    ]
    return {
        "dateConclusion": contrat["conclusion"].isoformat(),
        "dateDebutContrat": debut.isoformat(),
        "dateFormationPratiqueEmployeur": debut.isoformat(),
        "dateFinContrat": fin.isoformat(),
        "salaireEmbauche": 800.00,
        "remunerationsAnnuelles": [
            {"ordre": ordre, "dateDebut": str(du), "dateFin": str(au), "taux": taux, "typeSalaire": "SMIC"}
            for ordre, du, au, taux in periodes
        ],
    }


class Compte:
    """One contract of the table, lived in a running server."""

    def __init__(self, serveur: Serveur, compte: dict[str, Any]) -> None:
        self.serveur = serveur
        self.compte = compte
        self.numero = 0
        self.factures: dict[str, int] = {}

    async def play(self, etape: dict[str, Any]) -> None:
        """Do what the step says, on its day."""
        set_jour(self.serveur, etape["jour"])
        if etape["acte"] == "accord":  # one key of the API for the whole contract
            self.serveur.cfa.cle = (await self.serveur.portail.cles.generate(SIREN, par="essai", mois=36)).cle
        await self.serveur.cfa.connect()
        await getattr(self, f"do_{etape['acte']}")(etape)

    async def do_accord(self, etape: dict[str, Any]) -> None:
        contrat = self.compte["contrat"]
        await set_iban(self.serveur)
        couts = {
            "coutTotalPedagogieCFA": float(to_euros(contrat["prix"])),
            "nombreHebergementTotaux": contrat["nuitees"],
            "nombreRepasTotaux": contrat["repas"],
            "montantPremierEquipement": float(to_euros(contrat["premier_equipement"])),
        }
        jours = {"dateDebutContrat": str(contrat["debut"]), "dateFinContrat": str(contrat["fin"])}
        convention = {"couts": couts, "contrat": jours, "dateSignature": str(contrat["conclusion"])}
        choix = ChoixAccord(npec=contrat["npec"], npec_source="essai", niveau=contrat["niveau"], rqth_reconnu=False)
        self.numero = await an_engaged(
            *(self.serveur, await an_agent(self.serveur)),
            choix=choix,
            convention=convention,
            **_contrat(contrat),
        )

    async def do_facture(self, etape: dict[str, Any]) -> None:
        lignes = [
            {
                "montant": float(to_euros(ligne["montant"])),
                "natureLigne": ligne["nature"],
                "quantite": ligne["quantite"],
                "numeroEcheance": str(ligne["echeance"]),
                "numeroDossier": numero_externe(self.numero),
            }
            for ligne in etape["lignes"]
        ]
        corps = a_body(
            *(lignes,),
            numero=etape["numero"],
            emission=etape["jour"],
            estCertificatRealisation=etape["certificat"],
        )
        pdf = a_facture_pdf(numero=etape["numero"])
        reponse = await self.serveur.cfa.send("/v2/factures", corps, pdf, nom="facture.pdf")
        assert reponse.status_code == 200, reponse.text
        self.factures[etape["numero"]] = int(reponse.json()["numeroInterneFacture"])

    async def do_decision(self, etape: dict[str, Any]) -> None:
        facture = self.factures[etape["numero"]]
        lignes = await lignes_of(self.serveur, facture)
        async with self.serveur.database.connection() as tx:
            lue = await store.find(tx, facture)
        assert lue is not None
        choix = [Choix(ligne=lignes[rang - 1].id, accepte=True) for rang in etape["acceptees"]]
        choix += [
            Choix(
                ligne=lignes[rang - 1].id, accepte=False, motif="JUSTIFICATIF", texte="Le justificatif est illisible."
            )
            for rang in etape["rejetees"]
        ]
        await self.serveur.portail.traitement.decide(facture, version=lue.version, choix=choix, par=COMPTABLE)

    async def do_paiement(self, etape: dict[str, Any]) -> None:
        lot = await order(self.serveur, compenser=bool(etape["compense"]))
        _, (virement,) = await self.serveur.portail.paiements.lots.find(lot)
        payees = await self.serveur.fetch("SELECT ligne FROM virement_ligne WHERE virement = %s", virement.id)
        lignes = await lignes_of(self.serveur, self.factures[etape["numero"]])
        assert {ligne for (ligne,) in payees} == {lignes[rang - 1].id for rang in etape["lignes"]}
        assert (virement.compense, virement.montant) == (etape["compense"], etape["virement"])
        rapport = await pay(self.serveur, lot)
        assert (len(rapport.regles), rapport.a_verifier) == (1, [])

    async def do_avoir(self, etape: dict[str, Any]) -> None:
        corrigee = (await lignes_of(self.serveur, self.factures[etape["facture"]]))[etape["ligne"] - 1]
        ligne = {
            "montant": float(to_euros(-etape["montant"])),
            "natureLigne": corrigee.nature,
            "quantite": 1,
            "numeroEcheance": str(corrigee.echeance),
            "numeroDossier": numero_externe(self.numero),
        }
        corps = a_body([ligne], numero=etape["numero"], emission=etape["jour"], numeroFactureOrigine=etape["facture"])
        pdf = a_facture_pdf(numero=etape["numero"], titre="Avoir")
        reponse = await self.serveur.cfa.send("/v2/avoirs", corps, pdf, nom="avoir.pdf")
        assert reponse.status_code == 200, reponse.text

    async def do_document(self, etape: dict[str, Any]) -> None:
        infos = some_infos(self.numero, type_fichier=etape["type"])
        reponse = await self.serveur.cfa.send("/v2/documents", infos, PDF, nom="piece.pdf")
        assert reponse.status_code == 200, reponse.text

    async def do_certificat(self, etape: dict[str, Any]) -> None:
        changes = {
            "echeance.numero": str(etape["echeance"]),
            "echeance.codification": "99",
            "echeance.dateDebut": "2027-06-01",
            "echeance.dateFin": str(self.compte["contrat"]["fin"]),
            "dateSignature": str(etape["jour"]),
            "numeroInterneFacture": str(list(self.factures.values())[-1]),
            "apprenti.nom": "EXEMPLE A",
            "apprenti.prenom": "Camille",
        }
        corps = a_certificat(changes, numero_interne=str(self.numero))
        reponse = await self.serveur.cfa.send("/v2/certificats", corps, PDF, nom="certificat.pdf")
        assert reponse.status_code == 200, reponse.text

    async def do_rupture(self, etape: dict[str, Any]) -> None:
        decisions, at = self.serveur.portail.decisions, self.serveur.clock.now()
        rupture = a_rupture(etape["dernier_jour"], at=at, maintien=etape["maintien"])
        await decisions.declare_rupture(self.numero, rupture, siren=SIREN)
        version = await version_of(self.serveur, self.numero)
        await decisions.confirm_rupture(self.numero, version=version, par=COMPTABLE)

    async def do_remboursement(self, etape: dict[str, Any]) -> None:
        assert await self.serveur.portail.paiements.recouvrements.record(
            self.numero, siren=SIREN, montant=etape["montant"], reference="VIR CFA", le=etape["jour"], par=COMPTABLE
        )

    async def do_forclusion(self, etape: dict[str, Any]) -> None:
        """The last day is over: the OPCO closes the dossier, and what was not asked for is lost."""
        version = await version_of(self.serveur, self.numero)
        await self.serveur.portail.decisions.settle(self.numero, version=version, par=COMPTABLE)

    async def read(self, facture: str | None) -> dict[str, Any]:
        """The columns of the table: the échéances as the CFA reads them, the rest as the OPCO holds it."""
        reponse = await self.serveur.cfa.get(f"/v2/dossiers?numeroInterne={self.numero}")
        assert reponse.status_code == 200, reponse.text
        lu = reponse.json()
        echeances = {une["numero"]: une for une in lu["echeances"] or ()}
        async with self.serveur.database.connection() as tx:
            livre = await comptabilite.open_livre(tx, self.numero)
        colonnes = self.compte["colonnes"]
        regle, en_cours, engage = (
            [_cents(echeances.get(nom, {}).get(membre, 0)) if nom.isdigit() else lire(livre, nom) for nom in colonnes]
            for membre, lire in (
                ("montantRegle", lambda livre, nom: livre.total(Poste.REGLE, nature=nom)),
                ("montantEnCoursInstruction", lambda livre, nom: livre.total(*EN_COURS, nature=nom)),
                ("montantTotal", lambda livre, nom: livre.engage(Cle(HORS_ECHEANCE, nom))),
            )
        )
        ((vire, compense),) = await self.serveur.fetch(
            "SELECT coalesce(sum(montant) FILTER (WHERE etat = 'REGLE'), 0), coalesce(sum(compense), 0) FROM virement"
        )
        ((rembourse,),) = await self.serveur.fetch(
            "SELECT coalesce(sum(montant), 0) FROM recouvrement WHERE mode = 'REMBOURSEMENT'"
        )
        du = await self.serveur.portail.paiements.recouvrements.list_trop_percus(siren=SIREN)
        figures = {
            "etat": lu["cerfa"]["etat"],
            "engage": engage,
            "regle": regle,
            "en_cours": en_cours,
            "reste": [_total(livre, nom, Poste.A_FACTURER) for nom in colonnes],
            "forclos": [_total(livre, nom, Poste.FORCLOS) for nom in colonnes],
            "total_regle": sum(regle),
            "vire": int(vire),
            "compense": int(compense),
            "rembourse": int(rembourse),
            "trop_percu": sum(un.montant for un in du),
        }
        if facture is None:
            return figures
        lues = (await self.serveur.cfa.get("/v2/factures/etats")).json()["factures"]
        etats = {une["referenceFactureCFA"]: une["etatFacture"] for une in lues}
        return figures | {"etat_facture": etats[facture]}


def _cents(euros: float) -> int:
    return round(euros * 100)


def _total(livre: Livre, colonne: str, poste: Poste) -> int:
    return livre.total(poste, echeance=int(colonne)) if colonne.isdigit() else livre.total(poste, nature=colonne)
