"""Contacts, rights, bank details, requests for change."""

import asyncio

import pytest
from builders.portail import Visiteur, a_visitor, an_account, connected
from builders.serveur import SIREN, SIRET, Serveur

from traitdunion.opco.comptes.roles import Role
from traitdunion.opco.modifications.service import ModificationRefusee, TypeModification, mask_iban

pytestmark = pytest.mark.anyio
# The examples of the ECBS, which no bank bears.
IBAN, AUTRE_IBAN = "FR1420041010050500013M02606", "DE89370400440532013000"
CONTACT = {"nom": "Noa FICTIF", "fonction": "Secrétaire", "telephone": "01 02 03 04 05", "courriel": "n@exemple.test"}


async def test_a_contact_is_added_changed_and_taken_away(serveur: Serveur) -> None:
    visiteur = await connected(serveur, Role.CFA_GESTIONNAIRE)
    await visiteur.submit("/mya/compte/contacts", **CONTACT)
    assert "Le contact est enregistré" in visiteur.texte
    await visiteur.visit("/mya/compte/contacts?modifier=1")
    await visiteur.submit("/mya/compte/contacts", contact="1", **{**CONTACT, "fonction": "Directrice"})
    assert "Directrice" in visiteur.texte
    assert "Secrétaire" not in visiteur.texte
    await visiteur.submit("/mya/compte/contacts", contact="1", retirer="oui")
    assert "Aucun contact" in visiteur.texte


@pytest.mark.parametrize(
    ("champ", "valeur", "phrase"),
    [
        ("nom", " ", "Le nom est obligatoire"),
        ("telephone", "appelez-moi", "s'écrit en chiffres"),
        ("courriel", "né@exemple", "nom@domaine.fr"),
        ("fonction", "x" * 201, "200 caractères"),
    ],
)
async def test_a_faulty_contact_is_refused_and_what_was_typed_is_kept(
    serveur: Serveur, champ: str, valeur: str, phrase: str
) -> None:
    visiteur = await connected(serveur, Role.CFA_ADMINISTRATEUR)
    await visiteur.submit("/mya/compte/contacts", **{**CONTACT, champ: valeur})
    assert phrase in visiteur.texte
    assert visiteur.page is not None
    assert "Noa FICTIF" in visiteur.page.text or champ == "nom"
    assert await serveur.count("contact") == 0


async def test_another_siren_cannot_touch_a_contact(serveur: Serveur) -> None:
    visiteur = await connected(serveur, Role.CFA_ADMINISTRATEUR)
    await visiteur.submit("/mya/compte/contacts", **CONTACT)
    autre = await connected(serveur, Role.CFA_ADMINISTRATEUR, autre=True)
    for champs in ({"retirer": "oui"}, CONTACT):
        await autre.submit("/mya/compte/contacts", contact="1", **champs)
        assert "Ce contact n'existe pas" in autre.texte
    assert await serveur.count("contact") == 1


async def test_an_administrator_invites_a_colleague_and_gives_another_role(serveur: Serveur) -> None:
    visiteur = await connected(serveur, Role.CFA_ADMINISTRATEUR)
    await visiteur.submit(
        "/mya/compte/droits",
        nom="FICTIVE",
        prenom="Lou",
        courriel="lou@exemple.test",
        utilisateur="lou",
        role="CFA_LECTEUR",
        siret=SIRET,
    )
    assert "Lou FICTIVE (invité)" in visiteur.texte
    ((lou,),) = await serveur.fetch("SELECT id FROM compte WHERE utilisateur = 'lou'")
    await visiteur.submit(f"/mya/compte/droits/{lou}", role="CFA_GESTIONNAIRE")
    assert await serveur.fetch("SELECT role FROM compte WHERE id = %s", lou) == [("CFA_GESTIONNAIRE",)]
    await visiteur.submit(f"/mya/compte/droits/{lou}", depuis="/mya/compte/droits", role="OPCO_ADMINISTRATEUR")
    assert visiteur.page is not None
    assert visiteur.page.status_code == 404
    assert await serveur.fetch("SELECT role FROM compte WHERE id = %s", lou) == [("CFA_GESTIONNAIRE",)]


async def test_the_last_administrator_stays_even_when_two_close_each_other_at_once(serveur: Serveur) -> None:
    noms = [
        await an_account(serveur, Role.CFA_ADMINISTRATEUR, utilisateur=f"admin-{rang}", siret=SIRET) for rang in (1, 2)
    ]
    visiteurs = [a_visitor(serveur) for _ in noms]
    for visiteur, nom in zip(visiteurs, noms, strict=True):
        await visiteur.connect(nom)
        await visiteur.visit("/mya/compte/droits")
    lignes = await serveur.fetch("SELECT id FROM compte WHERE role = 'CFA_ADMINISTRATEUR' ORDER BY id")
    premier, second = (ligne[0] for ligne in lignes)
    await asyncio.gather(
        visiteurs[0].submit(f"/mya/compte/droits/{second}", fermer="oui"),
        visiteurs[1].submit(f"/mya/compte/droits/{premier}", fermer="oui"),
    )
    ((actifs,),) = await serveur.fetch("SELECT count(*) FROM compte WHERE role = 'CFA_ADMINISTRATEUR' AND actif")
    assert actifs == 1


async def test_nobody_changes_their_own_rights(serveur: Serveur) -> None:
    visiteur = await connected(serveur, Role.CFA_ADMINISTRATEUR)
    ((moi,),) = await serveur.fetch("SELECT id FROM compte")
    await visiteur.submit(f"/mya/compte/droits/{moi}", depuis="/mya/compte/droits", role="CFA_LECTEUR")
    assert "Un autre administrateur peut changer vos droits" in visiteur.texte


async def _ask_iban(visiteur: Visiteur, iban: str = IBAN) -> None:
    await visiteur.submit(
        "/mya/compte/modifications", type="IBAN", valeur=iban, titulaire="CFA FICTIF", justification="Nouvelle banque"
    )


async def test_an_iban_changes_once_two_persons_of_the_opco_have_said_yes(serveur: Serveur) -> None:
    cfa = await connected(serveur, Role.CFA_ADMINISTRATEUR)
    await _ask_iban(cfa, "fr14 2004 1010 0505 0001 3M02 606")
    assert "La demande est envoyée" in cfa.texte
    comptable = await connected(serveur, Role.OPCO_COMPTABLE)
    await comptable.visit("/instruction/administration/modifications")
    assert IBAN not in comptable.texte
    await comptable.submit("/instruction/administration/modifications/1/lire")
    assert IBAN in comptable.texte
    await comptable.submit("/instruction/administration/modifications/1")
    assert "Une autre personne doit maintenant confirmer" in comptable.texte
    await comptable.submit("/instruction/administration/modifications/1")
    assert "une autre personne doit confirmer" in comptable.texte
    await cfa.visit("/mya/compte/banque")
    assert "Aucun IBAN n'est enregistré" in cfa.texte
    admin = await connected(serveur, Role.OPCO_ADMINISTRATEUR)
    await admin.visit("/instruction/administration/modifications")
    await admin.submit("/instruction/administration/modifications/1")
    assert "Acceptée" in admin.texte
    await cfa.visit("/mya/compte/banque")
    assert "•••• •••• 2606" in cfa.texte
    modeles = [modele for (modele,) in await serveur.fetch("SELECT modele FROM courriel ORDER BY id")]
    assert [un for un in modeles if un.startswith("modif")] == ["modification_demandee", "modification_acceptee"]
    assert IBAN not in cfa.texte


async def test_the_iban_stands_in_clear_nowhere_but_on_the_page_that_was_asked_for(serveur: Serveur) -> None:
    cfa = await connected(serveur, Role.CFA_ADMINISTRATEUR)
    await _ask_iban(cfa)
    await _ask_iban(cfa, IBAN[:-1] + "7")
    assert "Cet IBAN n'est pas valide" in cfa.texte
    assert cfa.page is not None
    assert IBAN[4:20] not in cfa.page.text
    for table in ("modification", "journal", "evenement", "courriel", "coordonnees_bancaires"):
        lignes = await serveur.fetch(f"SELECT t::text FROM {table} t")  # noqa: S608 - tables of the test
        assert not any(IBAN[4:20] in ligne for (ligne,) in lignes), table


async def test_one_request_of_a_kind_waits_at_a_time_and_may_be_withdrawn(serveur: Serveur) -> None:
    cfa = await connected(serveur, Role.CFA_ADMINISTRATEUR)
    await _ask_iban(cfa)
    await _ask_iban(cfa, AUTRE_IBAN)
    assert "Une demande du même type attend déjà" in cfa.texte
    await cfa.visit("/mya/compte/modifications")
    await cfa.submit("/mya/compte/modifications/1/retirer")
    assert "La demande est retirée" in cfa.texte
    await _ask_iban(cfa, AUTRE_IBAN)
    assert "La demande est envoyée" in cfa.texte
    assert await serveur.fetch("SELECT chiffre FROM modification WHERE id = 1") == [(None,)]


async def test_a_refusal_gives_its_reason_and_changes_nothing(serveur: Serveur) -> None:
    actes = serveur.portail.modifications
    await an_account(serveur, Role.CFA_ADMINISTRATEUR)
    numero = await actes.ask(SIREN, TypeModification.DENOMINATION, valeur="AUTRE NOM", justification="Fusion", compte=1)
    with pytest.raises(ModificationRefusee, match="motif"):
        await actes.refuse(numero, motif=" ", par=1)
    await actes.refuse(numero, motif="Pièce manquante", par=1)
    with pytest.raises(ModificationRefusee, match="déjà tranchée"):
        await actes.accept(numero, par=1)
    assert [(un.etat, un.motif) for un in await actes.list_of(SIREN)] == [("REFUSEE", "Pièce manquante")]
    acces = await serveur.portail.acces.find(SIREN)
    assert acces is not None
    assert acces.denomination != "AUTRE NOM"


async def test_a_new_siege_must_be_of_the_same_siren(serveur: Serveur) -> None:
    await an_account(serveur, Role.CFA_ADMINISTRATEUR)
    actes = serveur.portail.modifications
    with pytest.raises(ModificationRefusee, match="autre SIREN"):
        await actes.ask(SIREN, TypeModification.SIRET, valeur="73282932000074", justification="x", compte=1)
    numero = await actes.ask(SIREN, TypeModification.SIRET, valeur="32345678000028", justification="x", compte=1)
    assert await actes.accept(numero, par=1) == "ACCEPTEE"
    acces = await serveur.portail.acces.find(SIREN)
    assert acces is not None
    assert acces.siege == "32345678000028"


def test_an_iban_shows_its_country_and_its_last_characters() -> None:
    assert mask_iban(IBAN) == "FR•• •••• 2606"
