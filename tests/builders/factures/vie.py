"""Random lives of the money of two CFA, led on a running server and on the model of `modele.cfa`, and compared.

Every act is done on both. Refused by one, it must be refused by the other, and leave everything as it was.
"""

from collections import Counter
from collections.abc import Awaitable, Callable
from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import count
from typing import Any, NamedTuple

import msgspec
from builders import envois
from builders.corps import a_certificat
from builders.envois import in_letters, some_infos
from builders.factures.envoi import a_body, set_iban
from builders.factures.paiement import COMPTABLE, check_comptes, lignes_of, set_jour
from builders.factures.papier import a_facture_pdf
from builders.instruction import PDF, a_rupture, an_engaged, version_of
from builders.serveur import Appelant, Serveur
from modele.argent import Etape, Refus
from modele.cfa import CERTIFICAT, PARTICIPATION, PEDAGOGIE, RQTH, Cfa, Contrat, Demande, Echeance
from stdnum.luhn import calc_check_digit

from traitdunion.bac_a_sable.banque import write_avis
from traitdunion.norme.facturation.montants import to_euros
from traitdunion.norme.identifiants import numero_externe
from traitdunion.opco.comptabilite import service as comptabilite
from traitdunion.opco.comptabilite.postes import HORS_ECHEANCE, Cle, Poste
from traitdunion.opco.decisions.actes import Acte as ActeDossier
from traitdunion.opco.decisions.actes import ActeRefuse
from traitdunion.opco.factures import store
from traitdunion.opco.factures.traitement import Choix, TraitementRefuse
from traitdunion.opco.financement.faits import Choix as ChoixAccord
from traitdunion.opco.paiements.lots import PaiementRefuse

REFUS = (ActeRefuse, TraitementRefuse, PaiementRefuse)
DEPART, DEBUT, FIN = date(2026, 9, 5), date(2026, 9, 1), date(2028, 8, 31)
FRAIS = ("HEBERGEMENT", "RESTAURATION", "PREMIEREQUIPEMENT")
RANGS = count(1)
DECOMPTE: Counter[str] = Counter()  # of the acts of all lives
# Steps of the model, as the norm names them; a line in instruction may also wait for a proof.
ETAPES = {
    Etape.EN_INSTRUCTION: "EN_INSTRUCTION",
    Etape.ACCEPTEE: "ACCEPTEE",
    Etape.ORDONNEE: "ORDONNEE",
    Etape.REGLEE: "REGLEE",
    Etape.REJETEE: "REJETEE",
    Etape.FORCLOSE: "FORCLOSE",
    Etape.ANNULEE: "ANNULEE",
}


class Acte(NamedTuple):
    """One act of a life: what it is about (`rang`), how much of what is possible, over 100: too much."""

    nom: str
    rang: int = 0
    pour_cent: int = 100
    oui: bool = False
    encore: bool = False  # done again at once: nothing may change


@dataclass
class CfaFictif(Appelant):
    """A CFA made for one life."""

    siret: str = ""

    async def deposit(self, rang: int = 0, **contrat: Any) -> str:
        """Deposit the contract of a person who has RQTH rights."""
        corps = envois.a_depot(rang, siret_cfa=self.siret, **contrat)
        corps["cerfa"]["apprenti"]["handicap"] = True
        reponse = await self.post("/v2/dossiers", corps)
        assert reponse.status_code == 200, reponse.text
        return str(reponse.json()["numeroInterne"])


@dataclass
class Cote:
    """One CFA: who calls, its model, and the numbers that the server gave."""

    serveur: Serveur
    siret: str
    modele: Cfa
    numeros: list[int] = field(default_factory=list)
    personnes: list[int] = field(default_factory=list)
    factures: list[tuple[int, str]] = field(default_factory=list)
    references: list[str] = field(default_factory=list)

    @property
    def siren(self) -> str:
        """Its SIREN."""
        return self.siret[:9]


@dataclass
class Lot:
    """A pay run: its transfers as (CFA, place among those of the CFA), its file once taken."""

    numero: int
    virements: list[tuple[Cote, int]]
    fichier: bytes | None = None
    annule: bool = False


Produit = Callable[[], Awaitable[object]]
Gestes = tuple[Callable[[], object], Produit, Produit | None]


def a_siret(rang: int) -> str:
    """An invented SIRET of valid keys."""
    siren = f"9{rang:07d}"
    siren += calc_check_digit(siren)
    siret = f"{siren}0001"
    return siret + calc_check_digit(siret)


async def a_cote(serveur: Serveur, agent: int, *, dossiers: int) -> Cote:
    """A new CFA, and so many dossiers engaged; the second one owes the participation of the employer."""
    rang = next(RANGS)
    siret, portail = a_siret(rang), serveur.portail
    await portail.raccordement.create_cfa(siret, denomination=f"CFA FICTIF {rang}")
    await portail.raccordement.open_accrochage(serveur.cfa.editeur.client_id, siret[:9], par="CFA")
    cle = (await portail.cles.generate(siret[:9], par="essai", mois=36)).cle
    cfa = CfaFictif(client=serveur.inconnu, editeur=serveur.cfa.editeur, cle=cle, siren=siret[:9], siret=siret)
    await cfa.connect()
    cote = Cote(replace(serveur, cfa=cfa), siret, Cfa([]))
    await set_iban(cote.serveur, siren=cote.siren)
    for place in range(dossiers):
        personne = next(RANGS)
        niveau = 6 if place % 2 else 5
        convention = {
            "couts": {
                "coutTotalPedagogieCFA": 16000,
                "nombreHebergementTotaux": 40,
                "nombreRepasTotaux": 100,
                "montantPremierEquipement": 500,
                "montantRQTHAnnee1": 1000,
            },
            "organismeFormation": {"siret": siret, "uaiCfa": "0750001U"},
        }
        choix = ChoixAccord(npec=800_000, npec_source="essai", niveau=niveau, rqth_reconnu=True)
        numero = await an_engaged(cote.serveur, agent, personne, choix=choix, convention=convention)
        cote.numeros.append(numero)
        cote.personnes.append(personne)
        cote.modele.contrats.append(Contrat(participation=niveau == 6))
    return cote


class Vie:
    """Two CFA on a server and in the model."""

    def __init__(self, serveur: Serveur, cotes: list[Cote]) -> None:
        self.serveur = serveur
        self.cotes = cotes
        self.lots: list[Lot] = []
        self.jour = DEPART
        self.remboursements = count(1)
        self.faits: list[str] = []

    @classmethod
    async def begin(cls, serveur: Serveur, agent: int, *dossiers: int) -> "Vie":
        """As many CFA as numbers of dossiers."""
        set_jour(serveur, DEPART)
        vie = cls(serveur, [await a_cote(serveur, agent, dossiers=nombre) for nombre in dossiers])
        for cote in vie.cotes:
            for place in range(len(cote.numeros)):
                await vie._fund(cote, place)
        await vie.check()
        return vie

    async def play(self, acte: Acte) -> None:
        """One act on both sides; the same answer, then the same figures."""
        sur_modele, sur_produit, encore = getattr(self, f"_{acte.nom}")(acte)
        fait = await _done(sur_produit)
        avant = [deepcopy(cote.modele) for cote in self.cotes]
        try:
            sur_modele()
            attendu = True
        except Refus:
            attendu = False
            for cote, modele in zip(self.cotes, avant, strict=True):
                cote.modele = modele
        assert fait == attendu, f"{acte}: done by the product: {fait}, by the model: {attendu}"
        self.faits.append(f"{acte.nom}{'' if fait else ' (refused)'}")
        DECOMPTE[self.faits[-1]] += 1
        await self.check()
        if fait and acte.encore and encore is not None:
            vu = await self.read()
            await _done(encore)
            assert await self.read() == vu, f"{acte} again has changed something"

    # --- reading ---------------------------------------------------------------------------------------------------

    async def read(self) -> list[Any]:
        """Every balance of these dossiers, and how many facts were written."""
        numeros = [numero for cote in self.cotes for numero in cote.numeros]
        soldes = await self.serveur.fetch(
            "SELECT numero_interne, poste, echeance, nature, ligne, montant FROM solde_poste "
            "WHERE numero_interne = ANY(%s) AND montant <> 0 ORDER BY 1, 2, 3, 4, 5",
            numeros,
        )
        ecritures = await self.serveur.fetch("SELECT count(*) FROM ecriture WHERE numero_interne = ANY(%s)", numeros)
        lignes = await self.serveur.fetch(
            "SELECT id, etat, credite FROM ligne_facture WHERE numero_interne = ANY(%s) ORDER BY id", numeros
        )
        return [soldes, ecritures, lignes]

    async def figures(self) -> list[Any]:
        """What stands where, without the numbers that depend on the order of arrival."""
        requete = (
            "SELECT array_position(%s::bigint[], numero_interne), poste, echeance, nature, sum(montant)::bigint "
            "  FROM solde_poste WHERE numero_interne = ANY(%s) AND montant <> 0 "
            " GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4"
        )
        return [await self.serveur.fetch(requete, cote.numeros, cote.numeros) for cote in self.cotes]

    async def check(self) -> None:
        """What the CFA reads and what the OPCO holds is what the model says; the accounts agree."""
        for cote in self.cotes:
            du = await self.serveur.portail.paiements.recouvrements.list_trop_percus(siren=cote.siren)
            attendu = {
                numero: contrat.to_recover()
                for numero, contrat in zip(cote.numeros, cote.modele.contrats, strict=True)
                if contrat.to_recover()
            }
            assert {un.numero_interne: un.montant for un in du} == attendu, self.faits
            for place in range(len(cote.numeros)):
                await self._check_dossier(cote, place)
            await self._check_lignes(cote)
        await check_comptes(self.serveur)

    async def _check_dossier(self, cote: Cote, place: int) -> None:
        contrat, numero = cote.modele.contrats[place], cote.numeros[place]
        lu = await self._get(cote, place)
        assert lu["cerfa"]["etat"] == contrat.etat, self.faits
        for une in lu["echeances"] or ():
            parts = [(int(une["numero"]), PEDAGOGIE), (int(une["numero"]), RQTH)]
            regle = sum(contrat.standing(part, Etape.REGLEE) for part in parts)
            en_cours = sum(
                contrat.standing(part, Etape.EN_INSTRUCTION, Etape.ACCEPTEE, Etape.ORDONNEE) for part in parts
            )
            dit = _cents(une["montantRegle"]), _cents(une["montantEnCoursInstruction"])
            assert dit == (regle, en_cours), (une["numero"], self.faits)
        async with self.serveur.database.connection() as tx:
            livre = await comptabilite.open_livre(tx, numero)
        for part in contrat.parts:
            cle = Cle(part[0] or HORS_ECHEANCE, part[1])
            vu = livre.engage(cle), livre.disponible(cle)
            attendu = contrat.engaged(part), contrat.available(part)
            assert vu == attendu, (part, vu, attendu, self.faits)
            perdu = livre.total(Poste.FORCLOS, echeance=cle.echeance, nature=cle.nature)
            assert perdu == contrat.foreclosed(part), (part, self.faits)
            paye = livre.total(Poste.ORDONNE, Poste.REGLE, echeance=cle.echeance, nature=cle.nature)
            assert paye <= livre.engage(cle), "more is paid, or leaves, than what is engaged"

    async def _check_lignes(self, cote: Cote) -> None:
        """Each line is where the model says; a credit note is open as long as something of it may be given back."""
        lues = await self.serveur.fetch(
            "SELECT l.facture, l.etat, coalesce(array_agg(a.etat) FILTER (WHERE a.id IS NOT NULL), '{}') "
            "  FROM ligne_facture l LEFT JOIN ligne_facture a ON a.ligne_origine = l.id "
            " WHERE l.siren = %s AND l.montant > 0 GROUP BY l.id ORDER BY l.id",
            cote.siren,
        )
        attendues = []
        for facture, (interne, _) in zip(cote.modele.factures, cote.factures, strict=True):
            for une in facture:
                contrat = cote.modele.contrats[une.dossier]
                for ligne in une.lignes:
                    etat = "A_COMPLETER" if ligne.numero in contrat.attendent else ETAPES[ligne.etape]
                    attendues.append((interne, etat, ligne))
        assert [(facture, etat) for facture, etat, _ in lues] == [une[:2] for une in attendues], self.faits
        for (_, _, avoirs), (_, _, ligne) in zip(lues, attendues, strict=True):
            if ligne.avoir_a_recouvrer:
                assert "A_RECOUVRER" in avoirs, self.faits
            elif ligne.etape is not Etape.ORDONNEE:
                assert "A_RECOUVRER" not in avoirs, self.faits

    async def _get(self, cote: Cote, place: int) -> Any:
        reponse = await cote.serveur.cfa.get(f"/v2/dossiers?numeroInterne={cote.numeros[place]}")
        assert reponse.status_code == 200, reponse.text
        return reponse.json()

    async def _fund(self, cote: Cote, place: int) -> None:
        """Tell the model the échéancier in force, which is judged elsewhere."""
        lu, numero = await self._get(cote, place), cote.numeros[place]
        echeances = []
        for une in lu["echeances"]:
            total, net = _cents(une["montantTotal"]), _cents(une["dontMontantPedagogie"])
            net = max(0, net - _cents(une["dontParticipationEmployeur"] or 0))
            ouverture = date.fromisoformat(une["dateOuverture"][:10])
            echeances.append(Echeance(int(une["numero"]), une["codification"], ouverture, total, max(0, total - net)))
        frais = {un["natureFrais"]: _cents(un["montantTotal"]) for un in lu["engagementsFraisAnnexe"]}
        ((forclusion,),) = await self.serveur.fetch(
            "SELECT forclusion FROM engagement WHERE numero_interne = %s ORDER BY version DESC LIMIT 1", numero
        )
        cote.modele.contrats[place].fund(_cents(lu["engagement"]), echeances, frais, forclusion)

    # --- the CFA ---------------------------------------------------------------------------------------------------

    def _cote(self, acte: Acte) -> Cote:
        return self.cotes[-1 if acte.rang % 7 == 6 else 0]

    def _invoice(self, acte: Acte) -> Gestes:
        """One to three lines, on échéances that are open, now and then on one that is not."""
        cote = self._cote(acte)
        demandes: list[Demande] = []
        for pas in range(1 + acte.rang % 3):
            tirage = acte.rang + 5 * pas
            dossier = tirage % len(cote.numeros)
            contrat = cote.modele.contrats[dossier]
            numero, nature = self._choose(contrat, tirage)
            if any((une.dossier, une.echeance, une.nature) == (dossier, numero, nature) for une in demandes):
                continue
            reste = contrat.available((None, nature) if nature in FRAIS else (numero, nature))
            if nature == PEDAGOGIE and tirage % 4 == 3:
                reste += contrat.available((numero, RQTH))
            if montant := _share(reste, acte.pour_cent):
                demandes.append(Demande(dossier, numero, nature, montant))
        demandes = demandes or [Demande(0, 1, PEDAGOGIE, 1)]
        nom = f"F-{next(RANGS)}"
        corps = a_body(
            [self._ligne(cote, une) for une in demandes],
            numero=nom,
            emission=self.jour,
            siret=cote.siret,
            estCertificatRealisation=acte.oui,
        )

        async def send() -> bool:
            return await self._send(cote, "factures", corps, nom)

        return lambda: cote.modele.invoice(demandes, jour=self.jour, certificat=acte.oui), send, send

    def _choose(self, contrat: Contrat, tirage: int) -> tuple[int, str]:
        ouvertes = [une.numero for une in contrat.echeances.values() if une.ouverture <= self.jour]
        restent = [n for n in ouvertes if contrat.available((n, PEDAGOGIE)) + contrat.available((n, RQTH))]
        choix = (restent or ouvertes or [1]) if tirage % 11 else [max(contrat.echeances, default=1)]
        numero = choix[tirage % len(choix)]
        if tirage % 5 == 4:
            return numero, FRAIS[tirage % 3]
        rqth = tirage % 3 == 2 and contrat.available((numero, RQTH)) > 0
        return numero, RQTH if rqth else PEDAGOGIE

    def _ligne(self, cote: Cote, une: Demande, *, signe: int = 1) -> dict[str, Any]:
        return {
            "montant": float(to_euros(signe * une.montant)),
            "natureLigne": une.nature,
            "quantite": 1,
            "numeroEcheance": str(une.echeance),
            "numeroDossier": numero_externe(cote.numeros[une.dossier]),
        }

    async def _send(self, cote: Cote, quoi: str, corps: dict[str, Any], nom: str) -> bool:
        pdf = a_facture_pdf(numero=nom, titre="Avoir" if quoi == "avoirs" else "Facture")
        reponse = await cote.serveur.cfa.send(f"/v2/{quoi}", corps, pdf, nom="facture.pdf")
        assert reponse.status_code in (200, 400, 422), reponse.text
        if reponse.status_code == 200 and quoi == "factures":
            recue = int(reponse.json()["numeroInterneFacture"]), nom
            if recue not in cote.factures:
                cote.factures.append(recue)
        return reponse.status_code == 200

    def _credit(self, acte: Acte) -> Gestes:
        cote = self._cote(acte)
        facture = _pick(len(cote.factures), acte.rang)
        if facture is None:
            return _refuse, _no, None
        demandes = cote.modele.factures[facture]
        rang = acte.rang % len(demandes)
        visee = demandes[rang]
        reste = sum(ligne.montant - sum(ligne.avoirs) for ligne in visee.lignes)
        montant = _share(reste, acte.pour_cent) or 1
        nom = f"A-{next(RANGS)}"
        une = replace(visee, montant=montant)
        corps = a_body(
            [self._ligne(cote, une, signe=-1)],
            numero=nom,
            emission=self.jour,
            siret=cote.siret,
            numeroFactureOrigine=cote.factures[facture][1],
        )

        async def send() -> bool:
            return await self._send(cote, "avoirs", corps, nom)

        return lambda: cote.modele.credit(facture, rang, montant, nature=visee.nature), send, send

    def _prove(self, acte: Acte) -> Gestes:
        """A document for the dossier, or a certificate for one échéance."""
        cote = self._cote(acte)
        place = acte.rang % len(cote.numeros)
        contrat = cote.modele.contrats[place]
        if acte.oui:
            type_ = (CERTIFICAT, PARTICIPATION)[acte.rang % 2]
            infos = some_infos(cote.numeros[place], type_fichier=type_)

            async def join() -> bool:
                reponse = await cote.serveur.cfa.send("/v2/documents", infos, PDF, nom="piece.pdf")
                assert reponse.status_code in (200, 400, 409, 422), reponse.text
                return reponse.status_code == 200

            return lambda: cote.modele.contrats[place].add_piece(type_), join, join
        numero = max((n for n, une in contrat.echeances.items() if une.ouverture <= self.jour), default=1)
        corps = a_certificat(
            {
                "echeance.numero": str(numero),
                "echeance.codification": contrat.echeances[numero].codification if numero in contrat.echeances else "1",
                "dateSignature": str(self.jour),
                "numeroInterneFacture": None,
                "organismeFormation.siret": cote.siret,
                "apprenti.nom": f"EXEMPLE {in_letters(cote.personnes[place])}",
                "apprenti.prenom": "Camille",
            },
            numero_interne=str(cote.numeros[place]),
        )

        async def certify() -> bool:
            reponse = await cote.serveur.cfa.send("/v2/certificats", corps, PDF, nom="certificat.pdf")
            assert reponse.status_code in (200, 400, 409, 422), reponse.text
            return reponse.status_code == 200

        return lambda: cote.modele.contrats[place].certify(numero), certify, certify

    def _refund(self, acte: Acte) -> Gestes:
        cote = self._cote(acte)
        doivent = [place for place, contrat in enumerate(cote.modele.contrats) if contrat.to_recover()]
        place = doivent[acte.rang % len(doivent)] if doivent else acte.rang % len(cote.numeros)
        montant = _share(cote.modele.contrats[place].to_recover(), acte.pour_cent) or 1
        reference = f"VIR {next(self.remboursements)}"

        def recover() -> None:
            cote.modele.contrats[place].recover(montant)
            cote.modele.contrats[place].note_paid()

        async def record() -> bool:
            return await self.serveur.portail.paiements.recouvrements.record(
                cote.numeros[place],
                siren=cote.siren,
                montant=montant,
                reference=reference,
                le=self.jour,
                par=COMPTABLE,
            )

        return recover, record, record

    # --- the OPCO --------------------------------------------------------------------------------------------------

    def _decide(self, acte: Acte, *, accepte: bool | None = None) -> Gestes:
        """Some lines of an invoice: accepted or rejected."""
        cote = self._cote(acte)
        facture = _pick(len(cote.factures), acte.rang)
        if facture is None:
            return _refuse, _no, None
        lignes = [(une.dossier, ligne) for une in cote.modele.factures[facture] for ligne in une.lignes]
        possibles = [r for r, (_, ligne) in enumerate(lignes) if ligne.etape is Etape.EN_INSTRUCTION]
        rangs = possibles if possibles and acte.pour_cent <= 100 else list(range(len(lignes)))
        choix = dict.fromkeys(rangs, acte.oui if accepte is None else accepte)
        interne = cote.factures[facture][0]
        version: list[int] = []

        async def decide() -> bool:
            lues = await lignes_of(self.serveur, interne)
            async with self.serveur.database.connection() as tx:
                lue = await store.find(tx, interne)
            assert lue is not None
            version.append(lue.version)
            faits = [
                Choix(ligne=lues[rang].id, accepte=True)
                if oui
                else Choix(ligne=lues[rang].id, accepte=False, motif="JUSTIFICATIF", texte="Illisible.")
                for rang, oui in choix.items()
            ]
            await self.serveur.portail.traitement.decide(interne, version=version[0], choix=faits, par=COMPTABLE)
            return True

        return lambda: cote.modele.decide(facture, choix), decide, decide

    def _accept(self, acte: Acte) -> Gestes:
        return self._decide(acte, accepte=True)

    def _reject(self, acte: Acte) -> Gestes:
        return self._decide(acte, accepte=False)

    def _order(self, acte: Acte) -> Gestes:
        """A pay run, of one CFA or of both."""
        cotes = self.cotes if acte.rang % 3 == 2 else [self._cote(acte)]
        compenser = acte.oui

        def order() -> None:
            faits: list[tuple[Cote, int]] = []
            for cote in sorted(cotes, key=lambda une: une.siren):
                try:
                    cote.modele.order(compense=compenser)
                except Refus:
                    continue
                faits.append((cote, len(cote.modele.virements) - 1))
            if not faits:
                raise Refus
            self.lots[-1].virements.extend(faits)

        async def create() -> bool:
            lots = self.serveur.portail.paiements.lots
            lot = await lots.create(
                sirens=[cote.siren for cote in cotes], execution_le=self.jour, compenser=compenser, par=COMPTABLE
            )
            self.lots.append(Lot(lot, []))
            _, virements = await lots.find(lot)
            for cote in cotes:
                cote.references += [un.reference for un in virements if un.siren == cote.siren]
            return True

        return order, create, create  # nothing is left: refused

    def _bank(self, acte: Acte) -> Gestes:
        """The bank answers a run: executed, some of it rejected; the same file again."""
        lot = self._lot(acte)
        if lot is None:
            return _refuse, _no, None
        refuses = {rang for rang in range(len(lot.virements)) if (acte.rang >> 2 + rang) & 1} if acte.oui else set()

        def answer() -> None:
            self._partent(lot)
            for rang, (cote, virement) in enumerate(lot.virements):
                if not cote.modele.virements[virement].montant:
                    continue
                avant = deepcopy(cote.modele)
                try:
                    cote.modele.answer(virement, paye=rang not in refuses)
                except Refus:  # this one is for the accountant; the others of the file are recorded
                    cote.modele = avant

        async def read() -> bool:
            lot.fichier = await self.serveur.portail.paiements.lots.download(lot.numero, par=COMPTABLE)
            rejets = {self._reference(*lot.virements[rang]): "AC04" for rang in refuses if self._leaves(lot, rang)}
            await self._import(write_avis(lot.fichier, rejets=rejets))
            return True

        return answer, read, read

    def _bring_back(self, acte: Acte) -> Gestes:
        """One transfer of a run that was taken: paid or sent back, as the bank's own list says."""
        lots = [lot for lot in self.lots if lot.fichier is not None]
        lot = lots[acte.rang % len(lots)] if lots else None
        if lot is None:
            return _refuse, _no, None
        rang = acte.rang % len(lot.virements)
        cote, virement = lot.virements[rang]
        reference, paye = self._reference(cote, virement), acte.pour_cent > 100

        def answer() -> None:
            if not cote.modele.answer(virement, paye=paye):
                raise Refus

        async def read() -> bool:
            montant = f"{cote.modele.virements[virement].montant / 100:.2f}".replace(".", ",")
            statut = "EXECUTE" if paye else "REJETE"
            ligne = f"{reference};{statut};{self.jour:%d/%m/%Y};{montant};RET{next(RANGS)};AC04"
            tableau = f"reference;statut;date;montant;reference_bancaire;motif\n{ligne}\n".encode()
            rapport = await self._import(tableau)
            return bool(rapport.regles or rapport.rejetes)

        return answer, read, read

    async def _import(self, octets: bytes) -> Any:
        return await self.serveur.portail.paiements.banque.import_retours(octets, par=COMPTABLE)

    def _undo(self, acte: Acte) -> Gestes:
        """A run is cancelled."""
        lot = self._lot(acte)
        if lot is None:
            return _refuse, _no, None

        def cancel() -> None:
            if lot.fichier is not None or lot.annule:
                raise Refus
            for cote, virement in lot.virements:
                cote.modele.answer(virement, paye=False) if self._ordonne(cote, virement) else None
            lot.annule = True

        async def undo() -> bool:
            await self.serveur.portail.paiements.lots.cancel(lot.numero, par=COMPTABLE)
            return True

        return cancel, undo, undo

    def _lot(self, acte: Acte) -> Lot | None:
        """The last runs, those that wait for the bank first."""
        attendent = [lot for lot in self.lots if any(self._ordonne(*un) for un in lot.virements)]
        lots = attendent if attendent and acte.pour_cent <= 100 else self.lots
        return lots[-1 - acte.rang % len(lots)] if lots else None

    def _ordonne(self, cote: Cote, virement: int) -> bool:
        return cote.modele.virements[virement].etat == "ORDONNE"

    def _leaves(self, lot: Lot, rang: int) -> bool:
        cote, virement = lot.virements[rang]
        return bool(cote.modele.virements[virement].montant)

    def _partent(self, lot: Lot) -> None:
        if lot.annule or not any(self._leaves(lot, rang) for rang in range(len(lot.virements))):
            raise Refus

    def _reference(self, cote: Cote, virement: int) -> str:
        return cote.references[virement]

    def _break(self, acte: Acte) -> Gestes:
        """A break, or its correction, on any day of the contract."""
        cote = self._cote(acte)
        place = acte.rang % len(cote.numeros)
        jours = (FIN - DEBUT).days
        dernier_jour = DEBUT + timedelta(days=(acte.pour_cent * 7 + acte.rang * 13) % jours)
        numero, decisions = cote.numeros[place], self.serveur.portail.decisions

        async def confirm() -> bool:
            rupture = a_rupture(dernier_jour, at=self.serveur.clock.now())
            await decisions.declare_rupture(numero, rupture, siren=cote.siren)
            await decisions.confirm_rupture(numero, version=await version_of(self.serveur, numero), par=COMPTABLE)
            return True

        return self._revised(cote, place, confirm, etat="RUPTURE", jour=dernier_jour)

    def _revise(self, acte: Acte) -> Gestes:
        """The level is made right: the NPEC replaces the one of the accord."""
        cote = self._cote(acte)
        place = acte.rang % len(cote.numeros)
        numero = cote.numeros[place]
        decisions = self.serveur.portail.decisions
        npec = 500_000 + 3_000 * acte.pour_cent

        async def revise() -> bool:
            # What `revise_niveau` does, on a level that is no valeur d'amorçage: those come from tables not used here.
            version, financement = await version_of(self.serveur, numero), decisions._financement
            async with decisions._act(numero, ActeDossier.REVISER, version=version, par=COMPTABLE) as (tx, vue):
                lu = await financement.find(tx, numero)
                assert lu is not None
                contrat = msgspec.structs.replace(lu.engagement.contrat, npec=npec)
                neuve = await financement.propose_revision(tx, numero, contrat, le=self.jour)
                await financement.record(
                    tx, numero, neuve, siren=cote.siren, origine="REGULARISATION", par=COMPTABLE, at=vue.at
                )
            return True

        return self._revised(cote, place, revise, etat="ENGAGE")

    def _revised(self, cote: Cote, place: int, geste: Produit, *, etat: str, jour: date | None = None) -> Gestes:
        """An act after which the model takes the new échéancier, read before the model acts."""
        neufs: list[Contrat] = []

        async def act() -> bool:
            await geste()
            courant = cote.modele.contrats[place]
            neuf = deepcopy(courant)
            cote.modele.contrats[place] = neuf
            try:
                await self._fund(cote, place)
            finally:
                cote.modele.contrats[place] = courant
            neufs.append(neuf)
            return True

        def follow() -> None:
            contrat = cote.modele.contrats[place]
            if jour is None:
                contrat.may_revise()
            else:
                contrat.may_break(jour)
            assert neufs, "the product has refused"
            contrat.fund(*neufs[0].dernier)
            contrat.note_proofs()
            contrat.etat = etat

        return follow, act, None

    def _cancel(self, acte: Acte) -> Gestes:
        cote = self._cote(acte)
        place = acte.rang % len(cote.numeros)
        numero, decisions = cote.numeros[place], self.serveur.portail.decisions

        async def cancel() -> bool:
            await decisions.cancel(
                numero, version=await version_of(self.serveur, numero), motif="Par erreur.", par=COMPTABLE
            )
            return True

        def follow() -> None:
            cote.modele.contrats[place].cancel()
            cote.modele.contrats[place].note_proofs()

        return follow, cancel, cancel

    def _settle(self, acte: Acte) -> Gestes:
        cote = self._cote(acte)
        place = acte.rang % len(cote.numeros)
        numero, decisions = cote.numeros[place], self.serveur.portail.decisions

        async def settle() -> bool:
            await decisions.settle(numero, version=await version_of(self.serveur, numero), par=COMPTABLE)
            return True

        return lambda: cote.modele.contrats[place].settle(self.jour), settle, settle

    # --- the calendar ----------------------------------------------------------------------------------------------

    def _wait(self, acte: Acte) -> Gestes:
        """Time goes by, and what the calendar does is done."""
        return self._go(self.jour + timedelta(days=1 + acte.pour_cent * (1 + acte.rang % 5) // 2))

    def _end(self, acte: Acte) -> Gestes:
        """To around the last day of a dossier, a day before or a day after it."""
        cote = self._cote(acte)
        limites = sorted({contrat.forclusion for contrat in cote.modele.contrats if contrat.forclusion < date.max})
        jour = limites[acte.rang % len(limites)] + timedelta(days=1 if acte.oui else 0)
        return self._go(max(self.jour, jour))

    def _go(self, jour: date) -> Gestes:
        self.jour = min(jour, date(2029, 6, 30))

        def lose() -> None:
            for cote in self.cotes:
                for contrat in cote.modele.contrats:
                    contrat.lose_late(self.jour)

        async def sweep() -> bool:
            set_jour(self.serveur, self.jour)
            for cote in self.cotes:
                await cote.serveur.cfa.connect()
            await self.serveur.travaux.forclusions.record()
            return True

        return lose, sweep, sweep


async def _done(geste: Produit) -> bool:
    """Whether an act was done; a refusal of the product is its answer, any other failure is a fault."""
    try:
        return bool(await geste())
    except REFUS:
        return False


def _refuse() -> None:
    raise Refus


async def _no() -> bool:
    return False


def _pick(nombre: int, rang: int) -> int | None:
    return nombre - 1 - rang % nombre if nombre else None


def _share(entier: int, pour_cent: int) -> int:
    """So much of an amount, rounded up: over 100, more than all of it."""
    return -(-entier * pour_cent // 100) + (1 if pour_cent > 100 else 0)


def _cents(euros: float) -> int:
    return round(euros * 100)
