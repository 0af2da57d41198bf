"""What people type, as it is kept: texts without NIR nor IBAN, codes of a closed list, days that make sense."""

from collections.abc import Sequence
from datetime import date

from traitdunion.norme.identifiants import may_hold_identifiant
from traitdunion.opco.decisions.actes import ActeRefuse

TEXTE_MIN, TEXTE_MAX = 5, 2_000


def check_texte(texte: str, *, objet: str, maximum: int = TEXTE_MAX) -> str:
    """A text of people, spaces made one. Raises ActeRefuse, without quoting it."""
    propre = "\n".join(" ".join(ligne.replace("\0", " ").split()) for ligne in texte.strip().splitlines())
    if len(propre) < TEXTE_MIN:
        raise ActeRefuse(f"{objet} : dites-le en quelques mots.", saisie=True)
    if len(propre) > maximum:
        raise ActeRefuse(f"{objet} : {maximum} caractères au plus.", saisie=True)
    if may_hold_identifiant(propre):
        raise ActeRefuse(
            f"{objet} : ce texte contient ce qui ressemble à un numéro de sécurité sociale ou à un IBAN. Retirez-le.",
            saisie=True,
        )
    return propre


def check_codes(donnes: Sequence[str], admis: object, absence: str | None) -> list[str]:
    """Codes of a closed list, each once. Raises ActeRefuse when none is given where one is due, or one is unknown."""
    choisis = list(dict.fromkeys(donnes))
    if not choisis and absence is not None:
        raise ActeRefuse(absence, saisie=True)
    if any(code not in admis for code in choisis):  # type: ignore[operator]
        raise ActeRefuse("Un des choix n'est pas dans la liste.", saisie=True)
    return choisis


def check_dernier_jour(jour: date, debut: date | None, fin: date | None) -> None:
    """The last day of a break is a day of the contract. Raises ActeRefuse."""
    if debut is not None and fin is not None and not debut <= jour <= fin:
        raise ActeRefuse(
            f"Le dernier jour est hors du contrat, qui va du {debut:%d/%m/%Y} au {fin:%d/%m/%Y}.", saisie=True
        )


def check_reponse(limite: date, *, decision: date | None, jour: date) -> None:
    """An answer is not awaited beyond the implicit refusal: asking does not stop the clock. Raises ActeRefuse.

    `limite`: the last day to answer; `decision`: the last day to decide, None while the file is not complete.
    """
    if decision is None or limite <= decision:
        return
    reste = (decision - jour).days
    conseil = f"{reste} jour{'s' if reste > 1 else ''} au plus" if reste else "il faut accorder ou refuser aujourd'hui"
    raise ActeRefuse(
        f"Sans décision, le dossier sera refusé de lui-même après le {decision:%d/%m/%Y}, et la demande n'arrête pas "
        f"ce délai. Délai de réponse : {conseil}.",
        saisie=True,
    )
