"""« Mes Dossiers »: what a CFA and an employer find and take away."""

import csv
from io import BytesIO
from zipfile import ZipFile

import pytest
from builders import envois
from builders.portail import Visiteur, a_visitor, an_account, connected
from builders.serveur import Serveur

from traitdunion.norme.openapi.exemples import DEPOT
from traitdunion.opco.comptes.roles import Role
from traitdunion.opco.dossiers import mes_dossiers
from traitdunion.opco.socle import migrations

pytestmark = pytest.mark.anyio
SIRET_EMPLOYEUR: str = DEPOT["cerfa"]["employeur"]["siret"]
SIRET_VOISIN = "73282932000074"
NIR: str = DEPOT["cerfa"]["apprenti"]["nir"]


async def _deposit(serveur: Serveur, nom: str, prenom: str = "Zoé", **employeur: str) -> str:
    depot = envois.a_depot()
    depot["cerfa"]["apprenti"] |= {"nom": nom, "prenom": prenom, "nomUsage": "USAGE FICTIF"}
    depot["cerfa"]["employeur"] |= employeur
    reponse = await serveur.cfa.post("/v2/dossiers", depot)
    assert reponse.status_code == 200, reponse.text
    return str(reponse.json()["numeroExterne"])


async def _employer(serveur: Serveur, siret: str = SIRET_EMPLOYEUR) -> Visiteur:
    visiteur = a_visitor(serveur)
    await visiteur.connect(await an_account(serveur, Role.EMPLOYEUR, utilisateur=f"e{siret}", siret=siret))
    return visiteur


async def _execute(serveur: Serveur, ordre: str) -> None:
    async with serveur.database.connection() as conn:
        await conn.execute(ordre)


async def test_an_empty_list_says_what_will_come(serveur: Serveur) -> None:
    visiteur = await connected(serveur, Role.CFA_LECTEUR)
    await visiteur.visit("/mya/dossiers")
    assert "0 dossier " in visiteur.texte
    assert "apparaissent ici dès leur réception" in visiteur.texte
    assert "Exporter" not in visiteur.texte


async def test_what_an_address_says_wrongly_is_left_aside(serveur: Serveur) -> None:
    await serveur.cfa.deposit()
    visiteur = await connected(serveur, Role.CFA_LECTEUR)
    page = await visiteur.visit("/mya/dossiers?page=9999999&tri=mot_de_passe&etat=FAUX")
    assert page.status_code == 200
    assert "CA-0000001" in visiteur.texte, "past the end, the last page"
    for page_demandee in ("-1", "0", "x", "%00", "99999999999999999999"):
        assert (await visiteur.visit(f"/mya/dossiers?page={page_demandee}")).status_code == 200
    assert (await visiteur.visit("/mya/dossiers?q=%00%25_%27")).status_code == 200


@pytest.mark.parametrize(
    ("quoi", "trouve"),
    [
        ("CA-0000001", True),
        ("ca1", True),
        ("CA-0000002", False),
        ("lefevre", True),
        ("LEFÈVRE-D’ÉTÉ", True),
        ("lef zo", True),
        ("zoe lefevre", True),
        ("usage", True),
        ("efevre", False),
        ("lefevre paul", False),
        ("epi", True),
        ("boulangerie", True),
        (SIRET_EMPLOYEUR, True),
        ("123 456 782", True),
        (SIRET_VOISIN, False),
        ("75202609nc0001", False),
        ("075202609NC0001", True),
        ("%", False),
        ("_efevre", False),
        ("\\", False),
    ],
)
async def test_a_search_finds_by_number_by_name_by_employer_and_by_deca(
    serveur: Serveur, quoi: str, trouve: bool
) -> None:
    await _deposit(serveur, "Lefèvre d'Été", denomination="Boulangerie L'Épi")
    await _execute(serveur, "UPDATE dossier SET numero_deca = '075202609NC0001'")
    visiteur = await connected(serveur, Role.CFA_LECTEUR)
    page = await visiteur.visit(f"/mya/dossiers?q={quoi.replace('%', '%25')}")
    assert page.status_code == 200
    assert (">CA-0000001<" in page.text) is trouve
    assert ("Aucun dossier ne répond" in visiteur.texte) is not trouve


async def test_a_nir_is_neither_searched_nor_shown_again(serveur: Serveur) -> None:
    visiteur = await connected(serveur, Role.CFA_LECTEUR)
    page = await visiteur.visit(f"/mya/dossiers?q={NIR}&tri=nom")
    assert NIR not in str(page.url)
    assert NIR not in page.text
    assert "tri=nom" in str(page.url)
    assert "ne se cherche pas ici" in visiteur.texte


async def test_states_are_counted_and_filter_the_list(serveur: Serveur) -> None:
    for rang in range(3):
        await serveur.cfa.deposit(rang)
    await _execute(serveur, "UPDATE dossier SET etat = 'ENGAGE' WHERE numero_interne = 2")
    visiteur = await connected(serveur, Role.CFA_LECTEUR)
    page = await visiteur.visit("/mya/dossiers?etat=ENGAGE")
    assert "1 dossier " in visiteur.texte
    for mots in ("Tous (3)", "Transmis (2)", "Engagé (accord) (1)"):
        assert mots in visiteur.texte
    assert "Refusé" not in visiteur.texte
    assert ">CA-0000002<" in page.text
    assert ">CA-0000001<" not in page.text


@pytest.mark.parametrize(
    ("jours", "nombre"),
    [
        ("du=2026-09-05&au=2026-09-05", "1 dossier "),
        ("du=2026-09-06", "0 dossier "),
        ("au=2026-09-04", "0 dossier "),
        ("au=9999-12-31", "1 dossier "),
    ],
)
async def test_a_list_is_bounded_by_days_of_deposit(serveur: Serveur, jours: str, nombre: str) -> None:
    await serveur.cfa.deposit()
    visiteur = await connected(serveur, Role.CFA_LECTEUR)
    await visiteur.visit(f"/mya/dossiers?{jours}")
    assert nombre in visiteur.texte


@pytest.mark.parametrize("jours", ["du=hier", "au=2026-02-30", "du=2026-09-02&au=2026-09-01"])
async def test_days_that_say_nothing_are_told_and_kept(serveur: Serveur, jours: str) -> None:
    visiteur = await connected(serveur, Role.CFA_LECTEUR)
    page = await visiteur.visit(f"/mya/dossiers?{jours}")
    assert page.status_code == 400
    assert 'role="alert"' in page.text
    assert f'value="{jours.partition("=")[2].partition("&")[0]}"' in page.text


async def test_the_list_is_sorted_as_asked_and_filters_stay_in_its_links(serveur: Serveur) -> None:
    for nom in ("MILAN FICTIF", "ZEBRE FICTIF", "ABEILLE FICTIVE"):
        await _deposit(serveur, nom)
    await _execute(serveur, "UPDATE dossier SET etat = 'REFUSE' WHERE numero_interne = 1")
    visiteur = await connected(serveur, Role.CFA_LECTEUR)
    for tri, attendu in (
        ("", [3, 2, 1]),
        ("numero", [1, 2, 3]),
        ("-date", [3, 2, 1]),
        ("date", [1, 2, 3]),
        ("nom", [3, 1, 2]),
        ("-nom", [2, 1, 3]),
        ("etat", [2, 3, 1]),
        ("-etat", [1, 3, 2]),
    ):
        page = await visiteur.visit(f"/mya/dossiers?tri={tri}")
        trouves = sorted((page.text.index(f">CA-000000{rang}<"), rang) for rang in (1, 2, 3))
        assert [rang for _, rang in trouves] == attendu, tri
    page = await visiteur.visit("/mya/dossiers?q=fictif&du=2026-09-01&tri=nom")
    assert "q=fictif&amp;du=2026-09-01&amp;tri=-nom" in page.text
    assert "/mya/dossiers/export.csv?q=fictif&amp;du=2026-09-01&amp;tri=nom" in page.text


async def test_a_long_list_has_pages(serveur: Serveur, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mes_dossiers, "TAILLE_PAGE", 2)
    for rang in range(5):
        await serveur.cfa.deposit(rang)
    visiteur = await connected(serveur, Role.CFA_LECTEUR)
    vus: list[str] = []
    for numero, combien in ((1, 2), (2, 2), (3, 1)):
        page = await visiteur.visit(f"/mya/dossiers?tri=numero&page={numero}")
        assert f"Page {numero} sur 3" in visiteur.texte
        assert ("Page suivante" in visiteur.texte) is (numero < 3)
        assert ("Page précédente" in visiteur.texte) is (numero > 1)
        lignes = [f"CA-000000{rang}" for rang in range(1, 6) if f">CA-000000{rang}<" in page.text]
        assert len(lignes) == combien
        vus += lignes
    assert vus == [f"CA-000000{rang}" for rang in range(1, 6)]


async def test_the_csv_holds_the_list_and_neither_nir_nor_formula(serveur: Serveur) -> None:
    await _deposit(serveur, "EXEMPLE", denomination="=cmd|' /C calc'!A0; SARL")
    await serveur.cfa.deposit(3)
    visiteur = await connected(serveur, Role.CFA_LECTEUR)
    page = await visiteur.visit("/mya/dossiers/export.csv?q=zoe")
    assert page.content.startswith(b"\xef\xbb\xbf")
    lignes = list(csv.reader(page.content.decode("utf-8-sig").splitlines(), delimiter=";"))
    assert lignes[0][:5] == ["Numéro", "État", "Transmis le", "Nom", "Prénom"]
    assert lignes[1][:6] == [
        "CA-0000001",
        "Transmis",
        "05/09/2026 10:30",
        "EXEMPLE",
        "Zoé",
        "'=cmd|' /C calc'!A0; SARL",
    ]
    assert len(lignes) == 2, "the list as filtered"
    assert NIR not in page.text
    assert page.headers["Content-Disposition"].startswith("attachment")
    assert page.headers["Content-Security-Policy"].startswith("sandbox")
    ((actes,),) = await serveur.fetch("SELECT donnees FROM journal WHERE acte = 'DOSSIERS_EXPORTES'")
    assert actes == {"dossiers": 1}


async def test_the_workbook_holds_the_list_and_neither_nir_nor_formula(serveur: Serveur) -> None:
    await _deposit(serveur, "EXEMPLE", denomination="=1+1")
    visiteur = await connected(serveur, Role.CFA_LECTEUR)
    page = await visiteur.visit("/mya/dossiers/export.xlsx")
    with ZipFile(BytesIO(page.content)) as classeur:
        feuille = classeur.read("xl/worksheets/sheet1.xml").decode()
    assert "CA-0000001" in feuille
    assert "<f>" not in feuille
    assert NIR not in feuille


async def test_an_export_reads_by_batches_and_stops_at_its_limit(
    serveur: Serveur, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mes_dossiers, "EXPORT_LOT", 2)
    monkeypatch.setattr(mes_dossiers, "EXPORT_MAX", 5)
    for rang in range(5):
        await serveur.cfa.deposit(rang)
    visiteur = await connected(serveur, Role.CFA_LECTEUR)
    page = await visiteur.visit("/mya/dossiers/export.csv?tri=numero")
    assert [ligne[:10] for ligne in page.text.splitlines()[1:]] == [f"CA-000000{rang}" for rang in range(1, 6)]
    await serveur.cfa.deposit(5)
    page = await visiteur.visit("/mya/dossiers/export.csv")
    assert page.url.path == "/mya/dossiers", "sent back to the list, where it is told to look closer"


async def test_an_employer_sees_the_contracts_of_its_own_establishments(serveur: Serveur) -> None:
    await serveur.cfa.deposit()
    await _deposit(serveur, "AILLEURS FICTIF", siret=SIRET_VOISIN)
    employeur, voisin = await _employer(serveur), await _employer(serveur, SIRET_VOISIN)
    for visiteur, sien, autre in ((employeur, "1", "2"), (voisin, "2", "1")):
        page = await visiteur.visit("/mya/dossiers?q=fictif")
        page = await visiteur.visit("/mya/dossiers")
        assert "1 dossier " in visiteur.texte
        assert f">CA-000000{sien}<" in page.text
        assert f"CA-000000{autre}" not in page.text
        assert "CFA FICTIF" in visiteur.texte
        export = await visiteur.visit("/mya/dossiers/export.csv")
        assert f"CA-000000{sien}" in export.text
        assert f"CA-000000{autre}" not in export.text
        await visiteur.visit(f"/mya/dossiers?q=CA-000000{autre}")
        assert "Aucun dossier ne répond" in visiteur.texte


async def test_an_employer_without_dossier_is_told_who_sends_them(serveur: Serveur) -> None:
    employeur = await _employer(serveur, SIRET_VOISIN)
    await employeur.visit("/mya/dossiers")
    assert "Les contrats que votre CFA transmet" in employeur.texte


async def test_another_siren_finds_nothing(serveur: Serveur) -> None:
    await serveur.cfa.deposit()
    autre = await connected(serveur, Role.CFA_ADMINISTRATEUR, autre=True)
    for quoi in ("", "?q=exemple", "?q=CA-0000001", f"?q={SIRET_EMPLOYEUR}"):
        await autre.visit(f"/mya/dossiers{quoi}")
        assert "0 dossier " in autre.texte
    assert "CA-0000001" not in (await autre.visit("/mya/dossiers/export.csv")).text


@pytest.mark.parametrize("role", [Role.CFA_LECTEUR, Role.EMPLOYEUR])
async def test_the_home_page_shows_the_five_latest(serveur: Serveur, role: Role) -> None:
    for rang in range(6):
        await serveur.cfa.deposit(rang)
    visiteur = await _employer(serveur) if role is Role.EMPLOYEUR else await connected(serveur, role)
    page = await visiteur.visit("/mya/")
    assert ">CA-0000006<" in page.text
    assert ">CA-0000002<" in page.text
    assert ">CA-0000001<" not in page.text


async def test_a_dossier_deposited_by_the_release_before_is_listed_and_the_migration_completes_it(
    serveur: Serveur,
) -> None:
    await _deposit(serveur, "Lefèvre-d'Été", denomination="Boulangerie L'Épi")
    ecrites = "SELECT cle_recherche, siret_employeur, affichage FROM dossier"
    avant = await serveur.fetch(ecrites)
    await _execute(serveur, "UPDATE dossier SET cle_recherche = NULL, siret_employeur = NULL, affichage = NULL")
    visiteur = await connected(serveur, Role.CFA_LECTEUR)
    for tri in ("nom", "-nom"):
        assert ">CA-0000001<" in (await visiteur.visit(f"/mya/dossiers?tri={tri}")).text
    for nom in ("0004_post_recherche.sql", "0024_post_affichage.sql"):
        (post,) = [une for une in migrations.known() if une.nom == nom]
        await _execute(serveur, post.sql)
    assert await serveur.fetch(ecrites) == avant
