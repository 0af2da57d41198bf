"""What the OPCO in memory keeps: dossiers, pieces, invoices, and what it gives back of them."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from hashlib import sha256
from typing import Any

import httpx
import msgspec

from traitdunion.norme import ecriture, lecture
from traitdunion.norme.facturation.natures import normalise_nature
from traitdunion.norme.identite import identite
from traitdunion.norme.messages.cerfa import Cerfa, DepotDossier
from traitdunion.norme.messages.facture import Facture
from traitdunion.norme.profils import ProfilOpco

CENT = Decimal("0.01")


@dataclass
class DossierEssai:
    """A dossier. `cerfa` is the form as received; `echeances`: amounts in euros, None before the engagement."""

    numero_interne: str
    numero_externe: str
    cerfa: dict[str, Any]
    identite: bytes | None
    etat: str = "TRANSMIS"
    commentaire: str | None = None
    echeances: tuple[Decimal, ...] | None = None
    rupture: dict[str, Any] | None = None


@dataclass
class FactureEssai:
    """An invoice or a credit note; `lue` is its data as read, `brute` as received."""

    numero_interne: str
    brute: dict[str, Any]
    lue: Facture
    etat: str = "TRANSMIS"


@dataclass
class Registre:
    """All that was received, in the order of its numbers."""

    profil: ProfilOpco
    dossiers: list[DossierEssai] = field(default_factory=list)
    factures: list[FactureEssai] = field(default_factory=list)
    avoirs: list[FactureEssai] = field(default_factory=list)
    pieces: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    recepisses: dict[str, dict[str, Any]] = field(default_factory=dict)
    evenements: list[tuple[str, str]] = field(default_factory=list)

    def record_dossier(self, corps: bytes) -> tuple[DossierEssai, bool]:
        """A deposit, and whether it is the same as one already there, where the OPCO knows it again (norme.md §7)."""
        form = msgspec.json.decode(corps)["cerfa"]
        lu = lecture.read(DepotDossier, corps).message.cerfa or Cerfa()
        try:
            signe = identite(lu, siren="")
        except ValueError:
            signe = None
        if self.profil.renvoi_reconnu and signe is not None:
            for deja in self.dossiers:
                if deja.identite == signe and deja.etat not in ("REFUSE", "ANNULE"):
                    return deja, True
        rang = len(self.dossiers) + 1
        prefixe = self.profil.numero_externe or f"{self.profil.code.upper()}-"
        dossier = DossierEssai(str(rang), f"{prefixe}{rang:07d}", form, signe)
        self.dossiers.append(dossier)
        self.record_evenement(dossier, "DOSSIER_DEPOSE")
        self.recepisses[f"d-{rang}"] = {
            "sha256Json": sha256(corps).hexdigest(),
            "numeroInterne": dossier.numero_interne,
        }
        return dossier, False

    def record_piece(self, type_: str, contenu: bytes) -> str:
        """A file, under the number given back."""
        numero = str(len(self.pieces) + 1)
        self.pieces[numero] = (type_, contenu)
        return numero

    def record_evenement(self, dossier: DossierEssai, type_: str) -> None:
        """What happened to a dossier, for the feed."""
        self.evenements.append((dossier.numero_interne, type_))

    def find(self, numero: object) -> DossierEssai | None:
        """The dossier of this numeroInterne."""
        return next((dossier for dossier in self.dossiers if dossier.numero_interne == str(numero)), None)

    def tell_etat(self, dossier: DossierEssai) -> dict[str, Any]:
        """The state of a dossier, in this OPCO's spelling; its number as a JSON number, as some write it."""
        return {
            "numeroInterne": int(dossier.numero_interne),
            "numeroExterne": dossier.numero_externe,
            "numeroDeca": None,
            "etat": self.profil.etats.get(dossier.etat, dossier.etat),
        }

    def tell_dossier(self, dossier: DossierEssai) -> dict[str, Any]:
        """A dossier, whole: null members before the engagement (norme.md §2.5)."""
        form = {**dossier.cerfa, **self.tell_etat(dossier), "commentaireEtat": dossier.commentaire}
        if dossier.echeances is None:
            return {"cerfa": form, "engagement": None, "echeances": None, "engagementsFraisAnnexe": None}
        echeances = [
            _tell_echeance(rang, montant, len(dossier.echeances), form)
            for rang, montant in enumerate(dossier.echeances, 1)
        ]
        frais = {"natureFrais": self.spell("RESTAURATION"), "quantite": 10, "prixUnitaire": 3, "montantTotal": 30}
        return {
            "cerfa": form,
            "engagement": sum(dossier.echeances),
            "echeances": echeances,
            "engagementsFraisAnnexe": [frais],
        }

    def tell_facture(self, facture: FactureEssai) -> dict[str, Any]:
        """The state of an invoice: the norm's members only, but where the extensions are."""
        lue = facture.lue
        dite: dict[str, Any] = {
            "numeroInterneFacture": facture.numero_interne,
            "referenceFactureCFA": lue.numero,
            "montantFacture": lue.montant_total,
            "etatFacture": facture.etat,
            "organismeFormation": {"siret": lue.siret_emetteur, "IBAN": lue.iban_emetteur},
            "dossiers": [],
        }
        if self.profil.renvoi_reconnu:
            dite |= {"montantRegle": lue.montant_total if facture.etat == "REGLE" else 0, "lignes": []}
        return dite

    def spell(self, nature: str) -> str:
        """A nature in this OPCO's spelling."""
        return self.profil.natures.get(normalise_nature(nature), nature)


def split(montant: Decimal, parts: int) -> tuple[Decimal, ...]:
    """An amount in equal parts, to the cent, the rest in the last one."""
    part = (montant / parts).quantize(CENT, rounding="ROUND_DOWN")
    return (*[part] * (parts - 1), montant - part * (parts - 1))


def answer(corps: Any, **entetes: str) -> httpx.Response:
    """A 200, amounts exact."""
    return httpx.Response(200, content=ecriture.write(corps), headers={"Content-Type": "application/json", **entetes})


def _tell_echeance(rang: int, montant: Decimal, nombre: int, form: dict[str, Any]) -> dict[str, Any]:
    """One échéance of a year from the first day of the contract, the last one coded 99 (norme.md §3)."""
    debut = date.fromisoformat(str((form.get("contrat") or {}).get("dateDebutContrat") or "2026-09-01")[:10])
    jour = debut.replace(year=debut.year + rang - 1, day=min(debut.day, 28))
    return {
        "numero": rang,
        "codification": "99" if rang == nombre else str(rang),
        "dateOuverture": jour,
        "dateDebut": jour,
        "dateFin": jour.replace(year=jour.year + 1),
        "montantTotal": montant,
        "dontMontantPedagogie": montant,
        "dontMajorationRqth": 0,
        "montantRegle": 0,
        "montantEnCoursInstruction": 0,
        "siretCfa": str((form.get("organismeFormation") or {}).get("siret") or ""),
    }
