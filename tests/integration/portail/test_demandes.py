"""« Mes demandes de contact »: threads, their files, both sides, and nothing of another's."""

import asyncio
import re

import pytest
from builders import fichiers
from builders.portail import Visiteur, a_visitor, an_account, connected
from builders.serveur import SIREN, SIRET, Serveur

from traitdunion.opco.comptes.roles import CFA, Role
from traitdunion.opco.demandes.service import PAR_PAGE, TEXTE_MAX

pytestmark = pytest.mark.anyio

NOUVELLE, LISTE = "/mya/demandes/nouvelle", "/mya/demandes"
OPCO = "/instruction/administration/demandes"
SIRET_EMPLOYEUR = "73282932000074"
CONTACTS = {
    f"{qui}_{champ}": valeur
    for qui, nom in (("metier", "Noa FICTIF"), ("technique", "Sacha EXEMPLE"))
    for champ, valeur in (("nom", nom), ("telephone", "01 02 03 04 05"), ("courriel", f"{qui}@exemple.test"))
}


async def _ask(visiteur: Visiteur, *, sujet: str = "Contrat de juin", texte: str = "Bonjour", **champs: object) -> str:
    """Open a request, which must pass; its path."""
    await visiteur.submit(NOUVELLE, depuis=NOUVELLE, **{"type": "DOSSIER", "sujet": sujet, "texte": texte, **champs})  # type: ignore[arg-type]  # bytes are a file
    assert "Votre demande est envoyée" in visiteur.texte, visiteur.texte
    assert visiteur.page is not None
    return visiteur.page.url.path


async def _etat(serveur: Serveur) -> str:
    ((etat,),) = await serveur.fetch("SELECT etat FROM demande")
    return str(etat)


# --- the thread -----------------------------------------------------------------------------------------------------


async def test_a_thread_goes_from_the_cfa_to_the_opco_and_back(serveur: Serveur) -> None:
    cfa, opco = await connected(serveur, Role.CFA_GESTIONNAIRE), await connected(serveur, Role.OPCO_GESTIONNAIRE)
    await cfa.visit(LISTE)
    assert "Aucune demande" in cfa.texte
    chemin = await _ask(cfa, texte="Où en est mon contrat ?")
    assert await _etat(serveur) == "OUVERTE"
    vu = chemin.replace(LISTE, OPCO)
    await opco.visit(vu)
    assert "Où en est mon contrat ?" in opco.texte
    await opco.submit(vu, texte="Il est accordé.")
    assert await _etat(serveur) == "REPONDUE"
    await cfa.visit(chemin)
    assert "Il est accordé." in cfa.texte
    await cfa.submit(f"{chemin}/clore")
    assert await _etat(serveur) == "CLOSE"
    await cfa.submit(chemin, texte="Une dernière question…")
    assert await _etat(serveur) == "EN_COURS"


async def test_each_act_is_in_the_audit_log_with_its_author(serveur: Serveur) -> None:
    cfa = await connected(serveur, Role.CFA_ADMINISTRATEUR)
    chemin = await _ask(cfa)
    await cfa.submit(chemin, texte="Encore")
    await cfa.submit(f"{chemin}/clore")
    ((compte,),) = await serveur.fetch("SELECT id FROM compte")
    lignes = await serveur.fetch(
        "SELECT acte, acteur, siren, objet FROM journal WHERE acte LIKE 'DEMANDE%%' ORDER BY id"
    )
    suite = ("DEMANDE_OUVERTE", "DEMANDE_MESSAGE", "DEMANDE_CLOSE")
    assert lignes == [(acte, f"compte:{compte}", SIREN, "demande:1") for acte in suite]


async def test_the_one_who_asked_is_told_by_mail_at_the_opening_and_at_the_answer(serveur: Serveur) -> None:
    cfa, opco = await connected(serveur, Role.CFA_GESTIONNAIRE), await connected(serveur, Role.OPCO_GESTIONNAIRE)
    chemin = await _ask(cfa)
    await opco.submit(chemin.replace(LISTE, OPCO), depuis=chemin.replace(LISTE, OPCO), texte="Réponse")
    await cfa.submit(chemin, depuis=chemin, texte="Merci")
    mails = await serveur.fetch("SELECT destinataire, modele FROM courriel WHERE modele LIKE 'demande%%' ORDER BY id")
    assert mails == [
        (f"{Role.CFA_GESTIONNAIRE.lower()}@exemple.test", f"demande_{nom}") for nom in ("recue", "reponse")
    ]


async def test_two_answers_at_once_are_both_kept(serveur: Serveur) -> None:
    cfa, autre_cfa = await connected(serveur, Role.CFA_GESTIONNAIRE), await connected(serveur, Role.CFA_ADMINISTRATEUR)
    opco = await connected(serveur, Role.OPCO_GESTIONNAIRE)
    chemin = await _ask(cfa)
    visiteurs = ((cfa, chemin), (autre_cfa, chemin), (opco, chemin.replace(LISTE, OPCO)))
    for visiteur, page in visiteurs:
        await visiteur.visit(page)
    await asyncio.gather(
        *(visiteur.submit(page, texte=f"Réponse {rang}") for rang, (visiteur, page) in enumerate(visiteurs))
    )
    textes = {texte for (texte,) in await serveur.fetch("SELECT texte FROM message_demande")}
    assert textes == {"Bonjour", "Réponse 0", "Réponse 1", "Réponse 2"}
    ((dernier,),) = await serveur.fetch("SELECT opco FROM message_demande ORDER BY id DESC LIMIT 1")
    assert await _etat(serveur) == ("REPONDUE" if dernier else "EN_COURS")


async def test_a_message_is_kept_to_the_letter_and_never_read_as_markup(serveur: Serveur) -> None:
    cfa = await connected(serveur, Role.CFA_GESTIONNAIRE)
    texte = "Ça coûte 3 € « à l'œil »\r\n<script>alert(1)</script> {{ 7 * 7 }} 日本 🙂 n\u0303"
    await _ask(cfa, sujet="<b>Sujet</b> & « œuvre »", texte=texte)
    assert cfa.page is not None
    assert "<script>alert" not in cfa.page.text
    assert "<b>Sujet" not in cfa.page.text
    assert "{{ 7 * 7 }} 日本 🙂" in cfa.texte
    ((garde,),) = await serveur.fetch("SELECT texte FROM message_demande")
    assert garde == texte.replace("\r\n", "\n")


@pytest.mark.parametrize("texte", ["", " \n\t ", "é" * (TEXTE_MAX + 1), "a\0b"], ids=["empty", "blank", "huge", "nul"])
async def test_a_text_that_is_empty_or_too_long_is_refused_with_what_to_do(serveur: Serveur, texte: str) -> None:
    cfa = await connected(serveur, Role.CFA_GESTIONNAIRE)
    page = await cfa.submit(NOUVELLE, depuis=NOUVELLE, type="DOSSIER", sujet="Gardé", texte=texte)
    assert page.status_code == 400
    assert "Le message est obligatoire, 10000 caractères au plus." in cfa.texte
    assert 'value="Gardé"' in page.text
    assert await serveur.count("demande") == 0


async def test_a_text_of_the_greatest_length_passes_and_a_line_end_counts_as_one(serveur: Serveur) -> None:
    cfa = await connected(serveur, Role.CFA_GESTIONNAIRE)
    await _ask(cfa, texte="é\r\n" * (TEXTE_MAX // 2 - 1) + "éé")
    ((longueur,),) = await serveur.fetch("SELECT length(texte) FROM message_demande")
    assert longueur == TEXTE_MAX


async def test_a_refused_answer_keeps_what_was_typed(serveur: Serveur) -> None:
    cfa = await connected(serveur, Role.CFA_GESTIONNAIRE)
    chemin = await _ask(cfa)
    page = await cfa.submit(chemin, texte="Voici ma pièce", fichier=b"pas un pdf")
    assert page.status_code == 400
    assert "Voici ma pièce" in page.text
    assert await serveur.count("message_demande") == 1


async def test_a_number_beyond_all_numbers_is_a_page_not_found(serveur: Serveur) -> None:
    cfa = await connected(serveur, Role.CFA_GESTIONNAIRE)
    for numero in ("999", "0", "9" * 40):
        page = await cfa.visit(f"{LISTE}/{numero}")
        assert page.status_code == 404, numero


async def test_a_long_list_is_read_page_by_page(serveur: Serveur) -> None:
    cfa = await connected(serveur, Role.CFA_GESTIONNAIRE)
    await _ask(cfa)
    await serveur.execute(
        "INSERT INTO demande (siren, type, sujet, etat, compte, cree_le, maj_le) "
        "SELECT siren, type, sujet, etat, compte, cree_le, maj_le FROM demande, generate_series(2, %s)",
        PAR_PAGE + 1,
    )
    await cfa.visit(LISTE)
    assert f"DC-{PAR_PAGE + 1:07d}" in cfa.texte
    assert "DC-0000002" in cfa.texte
    assert "DC-0000001" not in cfa.texte
    assert cfa.page is not None
    suite = re.search(r'rel="next" href="([^"]+)"', cfa.page.text)
    assert suite is not None
    await cfa.visit(suite[1])
    assert "DC-0000001" in cfa.texte
    assert "DC-0000002" not in cfa.texte
    assert "Plus anciennes" not in cfa.texte
    for borne in ("-1", "x", "9" * 40):
        assert (await cfa.visit(f"{LISTE}?avant={borne}")).status_code == 200, borne


# --- files ----------------------------------------------------------------------------------------------------------


async def test_a_file_comes_back_byte_for_byte_as_an_attachment(serveur: Serveur) -> None:
    cfa, octets = await connected(serveur, Role.CFA_GESTIONNAIRE), fichiers.a_pdf()
    await _ask(cfa, fichier=octets)
    assert cfa.page is not None
    lien = re.search(r'href="(/mya/demandes/1/documents/\d+)"', cfa.page.text)
    assert lien is not None
    page = await cfa.visit(lien[1])
    assert page.content == octets
    assert page.headers["content-disposition"].startswith("attachment")
    assert "sandbox" in page.headers["content-security-policy"]
    assert page.headers["content-type"] == "application/pdf"


async def test_a_file_that_bears_another_type_s_name_is_refused(serveur: Serveur) -> None:
    cfa = await connected(serveur, Role.CFA_GESTIONNAIRE)
    page = await cfa.submit(
        NOUVELLE, depuis=NOUVELLE, type="DOSSIER", sujet="S", texte="T", fichier=fichiers.phone_jpeg()
    )
    assert page.status_code == 400
    assert "Donnez-lui la bonne extension" in cfa.texte


async def test_a_file_of_the_opco_reaches_the_cfa_and_not_the_other_siren(serveur: Serveur) -> None:
    cfa, opco = await connected(serveur, Role.CFA_GESTIONNAIRE), await connected(serveur, Role.OPCO_GESTIONNAIRE)
    autre, octets = await connected(serveur, Role.CFA_GESTIONNAIRE, autre=True), fichiers.a_pdf()
    chemin = await _ask(cfa)
    await opco.submit(chemin.replace(LISTE, OPCO), depuis=chemin.replace(LISTE, OPCO), texte="Ci-joint", fichier=octets)
    ((document,),) = await serveur.fetch("SELECT document FROM message_demande WHERE document IS NOT NULL")
    assert (await cfa.visit(f"{chemin}/documents/{document}")).content == octets
    assert (await autre.visit(f"{chemin}/documents/{document}")).status_code == 404


@pytest.mark.parametrize("tour", ["javascript", "embedded file", "zip"])
async def test_a_hostile_file_is_refused_by_the_gate_s_sentence_and_nothing_is_kept(
    serveur: Serveur, tour: str
) -> None:
    octets = {
        "javascript": fichiers.pdf_with(catalogue=b"/OpenAction" + fichiers.ALERTE),
        "embedded file": fichiers.with_embedded_file(),
        "zip": fichiers.a_zip(),
    }[tour]
    cfa = await connected(serveur, Role.CFA_GESTIONNAIRE)
    avant = await serveur.counts()
    page = await cfa.submit(NOUVELLE, depuis=NOUVELLE, type="DOSSIER", sujet="Pièce", texte="Ci-jointe", fichier=octets)
    assert page.status_code == 400
    assert re.search(r"role=\"alert\"[^>]*>[^<]*(imprimez|Imprimez|Enregistrez)", page.text), cfa.texte
    assert "Ci-jointe" in page.text
    assert await serveur.counts() == avant
    assert await serveur.count("demande") == await serveur.count("message_demande") == 0


async def test_a_file_over_ten_mebioctets_is_refused_and_nothing_is_kept(serveur: Serveur) -> None:
    cfa = await connected(serveur, Role.CFA_GESTIONNAIRE)
    avant = await serveur.counts()
    for octets in (10 * 1024 * 1024 + 1, 12 * 1024 * 1024):
        page = await cfa.submit(
            NOUVELLE, depuis=NOUVELLE, type="DOSSIER", sujet="S", texte="T", fichier=b"%PDF-1.7\n" + bytes(octets - 9)
        )
        assert page.status_code == 413, octets
    assert await serveur.counts() == avant
    assert await serveur.count("demande") == 0


async def test_a_file_of_a_request_is_no_document_of_the_norm(serveur: Serveur) -> None:
    cfa = await connected(serveur, Role.CFA_GESTIONNAIRE)
    await _ask(cfa, fichier=fichiers.a_pdf())
    ((document,),) = await serveur.fetch("SELECT document FROM message_demande")
    for chemin in (f"/v2/documents/{document}", f"/v2/recepisses/p-{document}"):
        reponse = await serveur.cfa.get(chemin)
        assert reponse.status_code == 404, chemin


async def test_a_file_of_another_request_is_not_read_through_this_one(serveur: Serveur) -> None:
    cfa = await connected(serveur, Role.CFA_GESTIONNAIRE)
    await _ask(cfa, fichier=fichiers.a_pdf())
    ((document,),) = await serveur.fetch("SELECT document FROM message_demande")
    await _ask(cfa)
    page = await cfa.visit(f"{LISTE}/2/documents/{document}")
    assert page.status_code == 404


# --- who may --------------------------------------------------------------------------------------------------------


async def test_another_siren_s_request_is_as_absent_as_none(serveur: Serveur) -> None:
    cfa = await connected(serveur, Role.CFA_GESTIONNAIRE)
    await _ask(cfa, sujet="Sujet réservé", fichier=fichiers.a_pdf())
    autre = await connected(serveur, Role.CFA_ADMINISTRATEUR, autre=True)
    assert (await autre.visit(LISTE)).status_code == 200
    assert "Sujet réservé" not in autre.texte
    for la, absente in (("1", "999"), ("1/documents/1", "999/documents/1")):
        une, nulle = await autre.visit(f"{LISTE}/{la}"), await autre.visit(f"{LISTE}/{absente}")
        assert (une.status_code, une.text) == (404, nulle.text)
    for suite in ("", "/clore"):
        une = await autre.post(f"{LISTE}/1{suite}", texte="Intrus")
        nulle = await autre.post(f"{LISTE}/999{suite}", texte="Intrus")
        assert (une.status_code, une.text) == (404, nulle.text)
    assert await serveur.count("message_demande") == 1
    assert await _etat(serveur) == "OUVERTE"


async def test_a_reader_of_the_cfa_reads_and_does_not_write(serveur: Serveur) -> None:
    cfa, lecteur = await connected(serveur, Role.CFA_GESTIONNAIRE), await connected(serveur, Role.CFA_LECTEUR)
    chemin = await _ask(cfa)
    await lecteur.visit(LISTE)
    assert "Nouvelle demande" not in lecteur.texte
    assert (await lecteur.visit(chemin)).status_code == 200
    assert "Ajouter un message" not in lecteur.texte
    assert (await lecteur.visit(NOUVELLE)).status_code == 403
    assert (await lecteur.post(chemin, texte="Non")).status_code == 403
    assert (await lecteur.post(f"{chemin}/clore")).status_code == 403


async def test_an_employer_has_its_own_requests_without_those_of_a_cfa(serveur: Serveur) -> None:
    employeur = a_visitor(serveur)
    await employeur.connect(await an_account(serveur, Role.EMPLOYEUR, siret=SIRET_EMPLOYEUR))
    page = await employeur.visit(NOUVELLE)
    assert "Accrochage API CFA" not in employeur.texte
    assert 'value="IDENTIFIANT"' not in page.text
    await _ask(employeur, sujet="Mon apprentie")
    refusee = await employeur.submit(NOUVELLE, depuis=NOUVELLE, type="ACCROCHAGE", sujet="S", texte="T", **CONTACTS)
    assert refusee.status_code == 404
    cfa = await connected(serveur, Role.CFA_ADMINISTRATEUR)
    await cfa.visit(LISTE)
    assert "Mon apprentie" not in cfa.texte


async def test_an_employer_of_the_cfa_s_own_siren_reads_nothing_of_the_cfa_and_the_reverse(serveur: Serveur) -> None:
    """A CFA may employ apprentices of its own: its staff and its employer's account are not the same people."""
    cfa = await connected(serveur, Role.CFA_ADMINISTRATEUR)
    employeur = a_visitor(serveur)
    await employeur.connect(await an_account(serveur, Role.EMPLOYEUR, siret=SIRET))
    du_cfa = await _ask(cfa, sujet="Nos règlements")
    de_l_employeur = await _ask(employeur, sujet="Mon apprentie")
    for visiteur, sien, autre, mots in (
        (cfa, du_cfa, de_l_employeur, "Mon apprentie"),
        (employeur, de_l_employeur, du_cfa, "Nos règlements"),
    ):
        await visiteur.visit(LISTE)
        assert mots not in visiteur.texte
        assert (await visiteur.visit(sien)).status_code == 200
        page, nulle = await visiteur.visit(autre), await visiteur.visit(f"{LISTE}/999")
        assert (page.status_code, page.text) == (404, nulle.text)
        assert (await visiteur.post(autre, texte="Intrus")).status_code == 404
        assert (await visiteur.post(f"{autre}/clore")).status_code == 404


async def test_a_colleague_whose_role_changes_keeps_the_requests_of_the_cfa(serveur: Serveur) -> None:
    cfa, lecteur = await connected(serveur, Role.CFA_GESTIONNAIRE), await connected(serveur, Role.CFA_LECTEUR)
    chemin = await _ask(cfa)
    for role in sorted(CFA):
        await serveur.execute("UPDATE compte SET role = %s WHERE utilisateur LIKE 'cfa_gestionnaire%%'", role)
        assert (await lecteur.visit(chemin)).status_code == 200


# --- « Accrochage API CFA » -----------------------------------------------------------------------------------------


async def test_a_request_of_accrochage_comes_filled_with_the_cfa_and_names_two_contacts(serveur: Serveur) -> None:
    cfa, opco = await connected(serveur, Role.CFA_GESTIONNAIRE), await connected(serveur, Role.OPCO_GESTIONNAIRE)
    page = await cfa.visit(f"{NOUVELLE}?type_demande=ACCROCHAGE")
    for mots in (SIRET, f"CFA FICTIF {SIRET[:3]}", "Camille FICTIF", "cfa_gestionnaire@exemple.test"):
        assert mots in page.text, mots
    chemin = await _ask(cfa, type="ACCROCHAGE", logiciel_nom="Maison 2", logiciel_editeur="notre service", **CONTACTS)
    assert "Maison 2, notre service" in cfa.texte
    await opco.visit(chemin.replace(LISTE, OPCO))
    for mots in (
        "Contact métier Noa FICTIF",
        "Contact technique Sacha EXEMPLE",
        "technique@exemple.test",
        "Maison 2, notre service",
    ):
        assert mots in opco.texte, mots
    await opco.submit(f"{chemin.replace(LISTE, OPCO)}/inviter")
    ((vers,),) = await serveur.fetch("SELECT destinataire FROM courriel WHERE modele = 'contact_technique_invite'")
    assert vers == "technique@exemple.test"


@pytest.mark.parametrize(
    ("champ", "valeur", "phrase"),
    [
        ("technique_nom", " ", "Contact technique : le nom est obligatoire."),
        ("metier_nom", "a\x07b", "Contact métier : le nom est obligatoire."),
        ("technique_telephone", "appelez-moi", "Contact technique : le téléphone s'écrit en chiffres"),
        ("metier_courriel", "noa", "Contact métier : l'adresse e-mail n'a pas la forme"),
        ("logiciel_nom", "x" * 201, "Le nom du logiciel et celui de l'éditeur font 200 caractères au plus."),
        ("technique_courriel", "a@b.fr\nBcc: c@d.fr", "Contact technique : l'adresse e-mail n'a pas la forme"),
    ],
)
async def test_a_contact_that_cannot_be_reached_is_refused(
    serveur: Serveur, champ: str, valeur: str, phrase: str
) -> None:
    cfa = await connected(serveur, Role.CFA_GESTIONNAIRE)
    saisie = {"type": "ACCROCHAGE", "sujet": "Accrochage", "texte": "Bonjour", **CONTACTS, champ: valeur}
    page = await cfa.submit(NOUVELLE, depuis=NOUVELLE, **saisie)
    assert page.status_code == 400
    assert phrase in cfa.texte
    assert await serveur.count("demande") == 0
