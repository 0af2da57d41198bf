"""Each setting stands in the operator's guide, word for word as the program documents it."""

import re

from builders.projet import RACINE

from traitdunion.cfa.lieux import PREFIXE as PREFIXE_CFA
from traitdunion.opco.settings import PREFIXE, documentation

GUIDE = RACINE / "docs" / "guides" / "exploitant.md"
# Read by the demonstration and the tests, never by a server: said in CONTRIBUTING.md.
HORS_SERVEUR = re.compile(r"TRAITDUNION_(?:CFA|TEST|DONNEES_OFFICIELLES)\w*")


def test_the_guide_has_the_table_of_settings() -> None:
    attendu = [f"| `{r.variable}` | {r.defaut or '(vide)'} | {r.documentation} |" for r in documentation()]
    trouve = [ligne for ligne in GUIDE.read_text(encoding="utf-8").splitlines() if ligne.startswith(f"| `{PREFIXE}")]

    assert trouve == attendu, "the table to put in the guide:\n" + "\n".join(attendu)


def test_every_setting_says_what_it_is_in_french() -> None:
    for reglage in documentation():
        assert reglage.documentation[0].isupper() or reglage.documentation[0] == "À", reglage.variable
        assert reglage.documentation.endswith("."), reglage.variable


def test_no_guide_names_a_setting_that_does_not_exist() -> None:
    connus = {reglage.variable for reglage in documentation()}
    nommes = {
        variable
        for page in [*(RACINE / "docs").rglob("*.md"), *RACINE.glob("*.md")]
        for variable in re.findall(rf"\b{PREFIXE}[A-Z_]*[A-Z]\b", page.read_text(encoding="utf-8"))
    }
    assert {v for v in nommes - connus if not v.startswith(PREFIXE_CFA) and not HORS_SERVEUR.fullmatch(v)} == set()
