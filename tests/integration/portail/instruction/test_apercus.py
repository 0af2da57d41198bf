"""Pages of documents as images: what a browser of the OPCO gets, from honest files and from hostile ones."""

import io

import pikepdf
import pytest
from builders import fichiers
from builders.envois import a_convention, some_infos
from builders.instruction import a_complete
from builders.portail import Visiteur, connected
from builders.serveur import Serveur
from PIL import Image

from traitdunion.opco.comptes.roles import Role

pytestmark = pytest.mark.anyio
DOCUMENTS = "/instruction/dossiers/CA-0000001/documents"


def _pdf(*tailles: tuple[int, int], rotation: int = 0) -> bytes:
    """A PDF with one page of each size, in points."""
    sortie = io.BytesIO()
    with pikepdf.new() as pdf:
        for taille in tailles:
            pdf.add_blank_page(page_size=taille)
        for page in pdf.pages:
            page.rotate(rotation, relative=False)
        pdf.save(sortie)
    return sortie.getvalue()


async def _deposit(serveur: Serveur, octets: bytes, nom: str = "piece.pdf") -> int:
    await a_complete(serveur)
    reponse = await serveur.cfa.send("/v2/documents", some_infos(1), octets, nom=nom)
    assert reponse.status_code == 200, reponse.text
    return int(reponse.json()["numeroInterneDocument"])


async def _image(agent: Visiteur, document: int, page: int = 1, largeur: int = 900) -> Image.Image:
    reponse = await agent.client.get(f"{DOCUMENTS}/{document}/pages/{page}", params={"largeur": largeur})
    assert reponse.status_code == 200, reponse.status_code
    assert reponse.headers["content-type"] == "image/png"
    assert reponse.headers["x-content-type-options"] == "nosniff"
    return Image.open(io.BytesIO(reponse.content))


async def test_each_page_is_drawn_at_the_width_asked_for(serveur: Serveur) -> None:
    document = await _deposit(serveur, _pdf((595, 842), (842, 595), (595, 842)))
    agent = await connected(serveur, Role.OPCO_GESTIONNAIRE)

    assert (await _image(agent, document)).size[0] == 900
    haut = await _image(agent, document, 2, 1600)
    assert haut.size[0] == 1600
    assert haut.size[1] < 1600
    for page in (0, 4):
        assert (await agent.client.get(f"{DOCUMENTS}/{document}/pages/{page}")).status_code == 404
    await agent.visit(f"{DOCUMENTS}/{document}/pages?page=2")
    assert "Page 2 sur 3" in agent.texte


async def test_a_rotated_page_is_drawn_as_it_is_read(serveur: Serveur) -> None:
    document = await _deposit(serveur, _pdf((595, 842), rotation=90))
    agent = await connected(serveur, Role.OPCO_GESTIONNAIRE)

    large, haut = (await _image(agent, document)).size
    assert large > haut


@pytest.mark.parametrize("taille", [(14_000, 14_000), (10, 14_000), (14_000, 10)])
async def test_a_page_of_any_size_makes_an_image_of_bounded_size(serveur: Serveur, taille: tuple[int, int]) -> None:
    document = await _deposit(serveur, _pdf(taille))
    agent = await connected(serveur, Role.OPCO_GESTIONNAIRE)

    large, haut = (await _image(agent, document, 1, 1600)).size
    assert large * haut <= 6_100_000


async def test_a_photograph_is_one_page(serveur: Serveur) -> None:
    photo = io.BytesIO()
    Image.new("RGB", (3000, 2000), "white").save(photo, "JPEG")
    document = await _deposit(serveur, photo.getvalue(), "photo.jpg")
    agent = await connected(serveur, Role.OPCO_GESTIONNAIRE)

    assert (await _image(agent, document)).size == (900, 600)
    assert (await agent.client.get(f"{DOCUMENTS}/{document}/pages/2")).status_code == 404


async def test_the_browser_is_told_when_it_has_the_image_already(serveur: Serveur) -> None:
    document = await _deposit(serveur, _pdf((595, 842)))
    agent = await connected(serveur, Role.OPCO_GESTIONNAIRE)
    adresse = f"{DOCUMENTS}/{document}/pages/1"
    etag = (await agent.client.get(adresse)).headers["etag"]

    assert (await agent.client.get(adresse, headers={"If-None-Match": etag})).status_code == 304


async def test_a_document_of_another_dossier_is_not_found_here(serveur: Serveur) -> None:
    await a_complete(serveur)
    await a_complete(serveur, 1)
    agent = await connected(serveur, Role.OPCO_GESTIONNAIRE)

    assert (await agent.client.get(f"{DOCUMENTS}/2/pages/1")).status_code == 404
    assert (await agent.client.get(f"{DOCUMENTS}/2/pages")).status_code == 404


async def test_what_cannot_be_drawn_is_said_and_may_be_downloaded(serveur: Serveur) -> None:
    document = await _deposit(serveur, _pdf((595, 842)))
    ((cle,),) = await serveur.fetch("SELECT cle_objet FROM document WHERE numero_interne = %s", document)
    (fichier,) = [un for un in serveur.objects() if un.name == cle.rpartition("/")[2]]
    fichier.chmod(0o600)
    fichier.write_bytes(b"%PDF-1.7 coupe")
    agent = await connected(serveur, Role.OPCO_GESTIONNAIRE)

    assert (await agent.client.get(f"{DOCUMENTS}/{document}/pages/1")).status_code == 404
    await agent.visit(f"{DOCUMENTS}/{document}/pages")
    assert "Ce document ne peut pas être dessiné ici : téléchargez-le." in agent.texte
    assert "Télécharger" in agent.texte


async def test_the_mandate_is_ticked_beside_its_page(serveur: Serveur) -> None:
    numero = int(await serveur.cfa.deposit())
    await serveur.cfa.send("/v2/conventions", a_convention(numero), fichiers.a_pdf())
    agent = await connected(serveur, Role.OPCO_GESTIONNAIRE)
    page = f"{DOCUMENTS}/1/pages"
    await agent.submit(
        "/instruction/dossiers/CA-0000001/commencer", depuis="/instruction/dossiers/CA-0000001", version="1"
    )

    await agent.submit("/instruction/dossiers/CA-0000001/mandat", depuis=page, page="1")

    assert "Mandat vu page 1" in agent.texte
