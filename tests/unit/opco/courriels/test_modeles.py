"""The closed list of mails: each renders with its values, and with nothing else."""

from html.parser import HTMLParser
from importlib.resources import files

import pytest
from jinja2 import UndefinedError

from traitdunion.opco.courriels.modeles import (
    LIENS,
    MODELES,
    NOMBRES,
    VALEUR_MAX,
    Modele,
    check_valeurs,
    environment,
    render,
)

NOM_OPCO = "OPCO Fictif"
LIEN = "https://opco.example/mya/lien/jeton-fictif?a=1&b=2"
VALEURS = {
    "lien": LIEN,
    "prenom": "Zoë",
    "duree_heures": "48",
    "duree_minutes": "30",
    "jours": "15",
    "denomination": "CFA EXEMPLE & Fils",
    "dernier_jour": "31 août 2027",
    "par": "Camille FICTIF",
    "motif": "clé perdue",
    "editeur": "Éditeur EXEMPLE",
    "logiciel": "Logiciel FICTIF",
    "sujet": "Une question sur l'âge",
    "numero": "CA-0000001",
    "limite": "31 août 2026",
    "motifs": "R02, conditions d'âge",
    "texte": "L'apprenti a plus de trente ans et aucune dérogation",
    "jour": "27 février 2026",
    "nombre": "12",
    "dossier": "CA-0000002",
    "montant": "2 400,00",
    "reference": "VIR-2026-000001",
}
BALISES_VIDES = frozenset({"meta", "hr", "br"})
TOUS = [pytest.param(modele, id=nom) for nom, modele in MODELES.items()]
TEXTES_LIBRES = [
    pytest.param(modele, nom, id=f"{modele.nom}-{nom}")
    for modele in MODELES.values()
    for nom in sorted(modele.valeurs - LIENS - NOMBRES)
]


class Page(HTMLParser):
    """What a mail program sees: its words, its links, its tags; a tag that is not closed is an error."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.ouvertes: list[str] = []
        self.balises: list[str] = []
        self.liens: list[str | None] = []
        self.texte = ""
        self.feed(html)
        self.close()
        assert self.ouvertes == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.balises.append(tag)
        self.liens += [valeur for nom, valeur in attrs if nom == "href"]
        if tag not in BALISES_VIDES:
            self.ouvertes.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.ouvertes.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texte += data


def values_of(modele: Modele, **autres: str) -> dict[str, str]:
    return {nom: VALEURS[nom] for nom in modele.valeurs} | autres


@pytest.mark.parametrize("modele", TOUS)
def test_every_model_says_each_of_its_values_in_text_and_in_html(modele: Modele) -> None:
    rendu = render(modele, values_of(modele), nom_opco=NOM_OPCO)
    page = Page(rendu.html)

    assert rendu.sujet == modele.sujet
    for nom in modele.valeurs:
        assert VALEURS[nom] in rendu.texte
        if nom in LIENS:
            assert page.liens == [LIEN]
        else:
            assert VALEURS[nom] in page.texte
    assert modele.sujet in page.texte


@pytest.mark.parametrize("modele", TOUS)
def test_every_model_greets_signs_and_ends_as_a_letter_does(modele: Modele) -> None:
    texte = render(modele, values_of(modele), nom_opco=NOM_OPCO).texte
    salutation, vide, premier, *_ = texte.split("\n")

    assert salutation == ("Bonjour Zoë," if "prenom" in modele.valeurs else "Bonjour,")
    assert vide == ""
    assert premier != ""
    assert f"\n\n{NOM_OPCO}\n\n-- \n" in texte  # « -- », space: where mail programs see the signature begin
    assert "jamais votre mot de passe ni votre identifiant API CFA par e-mail" in texte
    assert "\n\n\n\n" not in texte
    assert "{" not in texte
    assert "&" not in texte.replace(VALEURS["denomination"], "").replace(LIEN, "")  # no HTML entity


@pytest.mark.parametrize("modele", TOUS)
def test_a_link_stands_alone_on_its_line(modele: Modele) -> None:
    """So that a mail program that makes links of addresses takes it whole."""
    lignes = render(modele, values_of(modele), nom_opco=NOM_OPCO).texte.split("\n")
    assert lignes.count(LIEN) == len(modele.valeurs & LIENS)


@pytest.mark.parametrize(("modele", "nom"), TEXTES_LIBRES)
def test_a_value_cannot_be_html(modele: Modele, nom: str) -> None:
    attaque = "<script>alert(1)</script><img src=x onerror='a'>\"</p>"
    rendu = render(modele, values_of(modele, **{nom: attaque}), nom_opco=NOM_OPCO)
    page = Page(rendu.html)

    assert page.balises == Page(render(modele, values_of(modele), nom_opco=NOM_OPCO).html).balises
    assert attaque in page.texte
    assert "<script" not in rendu.html
    assert attaque in rendu.texte  # in a text, it is but a text


@pytest.mark.parametrize("saut", ["\n", "\r\n", "\r", "\v", "\f", "\x85", "\u2028", "\u2029"])
@pytest.mark.parametrize(("modele", "nom"), TEXTES_LIBRES)
def test_a_value_cannot_add_a_line(modele: Modele, nom: str, saut: str) -> None:
    attaque = f"CFA{saut}{saut}Votre mot de passe{saut}"
    rendu = render(modele, values_of(modele, **{nom: attaque}), nom_opco=NOM_OPCO)
    temoin = render(modele, values_of(modele, **{nom: "CFA Votre mot de passe"}), nom_opco=NOM_OPCO)

    assert rendu == temoin


def test_the_opco_s_name_is_escaped_too() -> None:
    modele = MODELES["mot_de_passe_change"]
    html = render(modele, values_of(modele), nom_opco="OPCO <b>Fictif</b>").html
    assert "OPCO &lt;b&gt;Fictif&lt;/b&gt;" in html


@pytest.mark.parametrize("modele", TOUS)
def test_a_missing_value_is_refused(modele: Modele) -> None:
    for nom in modele.valeurs:
        valeurs = values_of(modele)
        del valeurs[nom]
        with pytest.raises(ValueError, match=rf"missing \['{nom}'\]"):
            render(modele, valeurs, nom_opco=NOM_OPCO)


@pytest.mark.parametrize("modele", TOUS)
@pytest.mark.parametrize("nom", ["cle", "nom_opco", "titre"])
def test_an_unknown_value_is_refused(modele: Modele, nom: str) -> None:
    with pytest.raises(ValueError, match=f"unknown.*{nom}") as faute:
        render(modele, values_of(modele, **{nom: "à taire"}), nom_opco=NOM_OPCO)
    assert "taire" not in str(faute.value)


@pytest.mark.parametrize("valeur", ["", " ", "\n\t", "\u2028", "x" * (VALEUR_MAX + 1)])
def test_a_value_that_is_blank_or_too_long_is_refused(valeur: str) -> None:
    with pytest.raises(ValueError, match="prenom is not a text") as faute:
        check_valeurs(MODELES["mot_de_passe_change"], {"prenom": valeur})
    assert "xxx" not in str(faute.value)


def test_a_value_of_the_greatest_length_is_admitted() -> None:
    check_valeurs(MODELES["mot_de_passe_change"], {"prenom": "x" * VALEUR_MAX})


@pytest.mark.parametrize(
    "lien",
    [
        *(
            "javascript:alert(1)",
            "data:text/html,x",
            "//opco.example",
            "opco.example",
            "ftp://opco.example",
            "https://",
        ),
        *("https://opco.example/ suite", "https://opco.example/\nBcc:", 'https://opco.example/"onclick="', "https://é"),
        *("https://opco.example/<b>", " https://opco.example", "https://opco.example\n"),
    ],
)
def test_a_link_that_is_not_an_http_address_is_refused(lien: str) -> None:
    with pytest.raises(ValueError, match=r"lien is not an http\(s\) address") as faute:
        check_valeurs(MODELES["demande_recue"], {"sujet": "Essai", "lien": lien})
    assert lien not in str(faute.value)


@pytest.mark.parametrize("lien", ["https://opco.example", "http://127.0.0.1:8000/mya/lien/aB-_~?x=1&y='#z"])
def test_a_link_over_http_is_admitted(lien: str) -> None:
    check_valeurs(MODELES["demande_recue"], {"sujet": "Essai", "lien": lien})


@pytest.mark.parametrize("nombre", ["-1", "1.5", "1 000", "²", "٣", "quinze", "1\n"])
def test_a_number_that_is_not_one_is_refused(nombre: str) -> None:
    with pytest.raises(ValueError, match="jours is not a number"):
        check_valeurs(MODELES["cle_bientot_finie"], values_of(MODELES["cle_bientot_finie"], jours=nombre))


@pytest.mark.parametrize(
    ("jours", "dit"), [("0", "0 jour "), ("1", "1 jour "), ("2", "2 jours "), ("015", "15 jours ")]
)
def test_what_is_counted_is_in_the_singular_up_to_one(jours: str, dit: str) -> None:
    modele = MODELES["cle_bientot_finie"]
    texte = render(modele, values_of(modele, jours=jours), nom_opco=NOM_OPCO).texte
    assert f"dans {dit}: son" in texte.replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize(("nombre", "dit"), [("1", "1 dossier attend encore"), ("3", "3 dossiers attendent encore")])
def test_the_verb_goes_with_how_many_wait(nombre: str, dit: str) -> None:
    rendu = render(MODELES["delai_proche"], values_of(MODELES["delai_proche"], nombre=nombre), nom_opco=NOM_OPCO)
    for corps in (rendu.texte, rendu.html):
        assert dit in corps.replace("\N{NO-BREAK SPACE}", " ")


def test_no_model_can_carry_a_secret() -> None:
    valeurs = {nom for modele in MODELES.values() for nom in modele.valeurs}
    assert valeurs == VALEURS.keys()
    assert not any(mot in nom for nom in valeurs for mot in ("cle", "secret", "passe", "nir", "iban", "jeton"))


def test_every_template_belongs_to_a_model() -> None:
    racine = files("traitdunion.opco.courriels") / "gabarits"
    trouves = {f"{d.name}/{f.name}" for d in racine.iterdir() if d.is_dir() for f in d.iterdir()}
    assert trouves == {f"{m.famille}/{m.nom}.{suffixe}" for m in MODELES.values() for suffixe in ("txt", "html")}


def test_a_template_that_asks_for_a_value_nobody_gives_fails() -> None:
    with pytest.raises(UndefinedError):
        environment().from_string("{{ inconnue }}").render(prenom="Zoë")


def test_the_list_of_models_is_closed() -> None:
    with pytest.raises(TypeError):
        MODELES["autre"] = MODELES["cle_generee"]  # type: ignore[index]  # that it fails is the point
