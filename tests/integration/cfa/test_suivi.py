"""A CFA follows, invoices and reconciles with the real server: the amounts of both sides are the same, to the cent."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from builders.factures.dossiers import COUTS, TERMINE, soldes_of
from builders.factures.envoi import set_iban
from builders.factures.paiement import accept, order, pay
from builders.instruction import a_started, an_agent, an_engaged, version_of
from builders.serveur import Serveur
from builders.suivi.pont import Pont
from builders.suivi.poste import Poste
from typer.testing import Result

from traitdunion.cfa.commandes import facturation as commande_facturer
from traitdunion.cfa.commandes import suivi as commande_suivre
from traitdunion.cfa.terminal.liaison import open_boite
from traitdunion.cfa.terminal.outcome import A_FAIRE
from traitdunion.norme.motifs import MOTIF_INFORMATION
from traitdunion.opco.financement.faits import Choix

pytestmark = pytest.mark.anyio
RQTH = Choix(npec=800_000, npec_source="essai", rqth_reconnu=True)


class Bureau(Poste):
    """The secretary's desk, in front of the real server."""

    def __init__(self, serveur: Serveur, dossier: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        super().__init__(dossier, monkeypatch, transport=Pont(serveur))
        for module in (commande_suivre, commande_facturer):
            monkeypatch.setattr(module, "open_boite", open_boite)  # the real outbox
        editeur = serveur.cfa.editeur
        self.environ |= {
            "TRAITDUNION_CFA_CLIENT_ID": editeur.client_id,
            "TRAITDUNION_CFA_CLIENT_SECRET": editeur.client_secret,
            "TRAITDUNION_CFA_CLE_API": serveur.cfa.cle,
        }
        self.set_jour(serveur.clock.now().date())

    async def run(self, *arguments: str, code: int = 0) -> Result:
        """A command, which must end so."""
        resultat = await asyncio.to_thread(self.type, *arguments)
        assert resultat.exit_code == code, resultat.output
        return resultat

    async def read(self, *arguments: str, code: int = 0) -> Any:
        """What a command says in JSON."""
        return json.loads((await self.run(*arguments, "--json", code=code)).stdout)


@pytest.fixture
async def bureau(serveur: Serveur, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bureau:
    return Bureau(serveur, tmp_path, monkeypatch)


async def cents_of(serveur: Serveur, dossier: int, poste: str) -> dict[str, int]:
    """What stands in a poste of the server's own ledger, by nature."""
    totaux: dict[str, int] = {}
    for _, nom, _, nature, _, montant in await soldes_of(serveur, dossier):
        if nom == poste:
            totaux[nature] = totaux.get(nature, 0) + abs(montant)
    return totaux


@pytest.fixture
async def _pret(serveur: Serveur) -> None:
    await set_iban(serveur)


@pytest.mark.usefixtures("_pret")
async def test_from_the_accord_to_the_payment_both_sides_say_the_same_amounts(
    serveur: Serveur, bureau: Bureau, tmp_path: Path
) -> None:
    agent = await an_agent(serveur)
    dossier = await an_engaged(serveur, agent, choix=RQTH, convention={"couts": COUTS}, **TERMINE)
    await a_started(serveur, agent, 1)
    await bureau.run("synchroniser")
    a_facturer = await bureau.read("suivre", code=10)
    assert [(un["genre"], un["montant"]) for un in a_facturer["actes"]] == [("A_FACTURER", 9000.0)]
    assert sum(une["dossiers"] for une in a_facturer["promotions"]) == 2

    # What is prepared is what the server holds to be invoiced; it accepts it whole.
    attendu = await cents_of(serveur, dossier, "A_FACTURER")
    frais = tmp_path / "frais.csv"
    frais.write_text(f"dossier;nature;quantite\nCA-{dossier:07d};restauration;100\n")
    options = ("--premier-equipement", "--frais", str(frais))
    prevu = await bureau.read("facturer", "--a-blanc", *options)
    assert round(prevu["total"] * 100) == sum(attendu.values())
    envoyees = await bureau.read("facturer", "--oui", *options)
    (facture,) = envoyees["factures"]
    assert facture["etat"] == "ACCEPTE"
    assert await cents_of(serveur, dossier, "A_FACTURER") == {}
    ((interne, avertis),) = await serveur.fetch("SELECT numero_interne, numero FROM facture")
    assert avertis == "F-2026-00001"

    # Pedagogy is paid, first equipment is not: they are told apart.
    await accept(serveur, interne, rejeter=("PREMIEREQUIPEMENT",))
    await pay(serveur, await order(serveur))
    rapproche = await bureau.read("rapprocher", code=A_FAIRE)  # a line was rejected: something does not agree
    regle = {nature: round(total["regle"] * 100) for nature, total in rapproche["totaux"].items() if total["regle"]}
    assert regle == await cents_of(serveur, dossier, "REGLE")
    (virement,) = rapproche["virements"]
    assert round(virement["montant"] * 100) == sum(regle.values())
    assert virement["factures"] == ["F-2026-00001"]
    ((reference,),) = await serveur.fetch("SELECT DISTINCT reference FROM virement")
    assert virement["reference"] == reference
    premiere = rapproche["lignes"][0]
    assert (premiere["nature"], premiere["ecart"]) == ("PREMIEREQUIPEMENT", "REJETE")
    assert "Le justificatif est illisible" in premiere["explication"]

    # Nothing more to invoice, and the history tells it all.
    assert (await bureau.read("facturer", "--oui"))["factures"] == []
    historique = (await bureau.run("suivre", "--historique", f"CA-{dossier:07d}")).stdout
    for evenement in ("Contrat transmis", "Accord de prise en charge", "Facture transmise", "Facture réglée"):
        assert evenement in historique


@pytest.mark.usefixtures("_pret")
async def test_a_request_for_information_is_read_with_its_words_and_its_deadline(
    serveur: Serveur, bureau: Bureau
) -> None:
    agent = await an_agent(serveur)
    numero = await a_started(serveur, agent)
    await serveur.portail.decisions.ask(
        numero,
        version=await version_of(serveur, numero),
        motifs=["PIECE_ILLISIBLE"],
        texte="La page 3 est illisible.",
        jours=7,
        par=f"compte:{agent}",
    )
    (acte,) = (await bureau.read("suivre", code=10))["actes"]

    assert (acte["genre"], acte["avant"]) == ("INFORMATION_DEMANDEE", "2026-09-12")
    libelle = MOTIF_INFORMATION.codes["PIECE_ILLISIBLE"]
    assert acte["phrase"] == f"L'OPCO demande : {libelle}. La page 3 est illisible."


@pytest.mark.usefixtures("_pret")
async def test_the_server_reads_the_drawn_pdf_without_a_word(serveur: Serveur, bureau: Bureau, tmp_path: Path) -> None:
    agent = await an_agent(serveur)
    await an_engaged(serveur, agent)
    await bureau.run("facturer", "--oui", "--sortie", str(tmp_path / "factures"))
    corps, pdf = (tmp_path / "factures" / f"F-2026-00001.{genre}" for genre in ("json", "pdf"))

    rejouee = await serveur.cfa.send("/v2/factures", corps.read_bytes(), pdf.read_bytes(), nom="F-2026-00001.pdf")
    assert rejouee.status_code == 200, rejouee.text
    assert rejouee.json()["avertissements"] == []
