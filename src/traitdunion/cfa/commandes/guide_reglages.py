"""The conversation of `configurer`: one question at a time, with its help, checked at once."""

import sys
from collections.abc import Callable, Sequence

import typer

from traitdunion.cfa.reglages.edition import Valeur
from traitdunion.cfa.reglages.fiche import IBAN, Fiche
from traitdunion.cfa.reglages.questions import Question, ReponseInvalide
from traitdunion.cfa.terminal.affichage import say
from traitdunion.cfa.terminal.question import ask_oui_non

CACHE = "•••••"


def is_interactive() -> bool:
    """Whether a person is there to read the questions and to answer."""
    return sys.stdin.isatty() and sys.stderr.isatty()


class Guide:
    """Asks the questions of a profile on the error output: its connection, then what its invoices say."""

    def __init__(self, liaison: Sequence[Question], factures: Sequence[Question]) -> None:
        self.liaison = tuple(liaison)
        self.factures = tuple(factures)
        self._posees: set[str] = set()

    @property
    def questions(self) -> tuple[Question, ...]:
        """All of them, in the order that they are asked."""
        return self.liaison + self.factures

    def ask(self, fiche: Fiche, donnees: dict[str, Valeur]) -> dict[str, Valeur]:
        """Every question of a new profile's connection that has no answer yet."""
        say(f"Profil « {fiche.nom} ». Entrée garde ce qui est proposé ; Ctrl-C arrête sans rien enregistrer.", "bold")
        reponses = dict(donnees)
        for question in self.liaison:
            if question.guidee and question.nom not in reponses.keys() | self._posees:
                d_office = question.d_office
                if question.nom == "opco" and _fits(question, fiche.nom):
                    d_office = fiche.nom
                if question.nom == "jeton" and "api" in reponses:
                    d_office = f"{reponses['api']}/oauth2/token"
                reponses |= _answer(question, d_office)
        return reponses

    def wants_factures(self) -> bool:
        """Whether the person goes on with the second chapter, or leaves it for later."""
        say("")
        say("Vos factures", "bold")
        say("Ce qu'elles disent du CFA, pour que « facturer » les prépare et les envoie. Cela peut attendre.")
        return ask_oui_non("Le régler maintenant ?")

    def ask_factures(self, fiche: Fiche, client: str | None) -> dict[str, Valeur]:
        """Every question of the invoices' chapter that is not set. `client`: the OPCO's name, proposed."""
        say("Entrée garde ce qui est proposé ; Ctrl-C arrête sans enregistrer ce chapitre.")
        reponses: dict[str, Valeur] = {}
        for question in self.factures:
            if not fiche.has(question.nom):
                propose = client if client and question.nom.endswith(".client") else question.d_office
                reponses |= _answer(question, propose)
        return reponses

    def ask_one(self, nom: str) -> dict[str, Valeur]:
        """One question, when it is among them."""
        trouvee = next((question for question in self.questions if question.nom == nom), None)
        self._posees.add(nom)
        return {} if trouvee is None else _answer(trouvee, trouvee.d_office)

    def change(
        self, fiche: Fiche, record: Callable[[dict[str, Valeur]], None], *, factures_seules: bool = False
    ) -> None:
        """Show what a profile holds, and change one value at a time, each kept as soon as it is answered."""
        liste = self.factures if factures_seules else self.questions
        changees: dict[str, Valeur] = {}
        while True:
            say(f"Profil « {fiche.nom} »", "bold")
            for rang, question in enumerate(liste, 1):
                if question is self.factures[0]:
                    say("Vos factures", "bold")
                say(f"{rang:>3}. {question.libelle} : {_present(question, fiche, changees)}")
            choix = typer.prompt(
                "Numéro à changer (Entrée : terminer)", default="", show_default=False, prompt_suffix=" : ", err=True
            ).strip()
            if not choix:
                return
            if not (choix.isascii() and choix.isdigit() and 1 <= int(choix) <= len(liste)):
                say(f"Un numéro de 1 à {len(liste)} est attendu.", "yellow")
                continue
            reponse = _answer(liste[int(choix) - 1], "")
            if reponse:
                record(reponse)
            changees |= reponse


def _fits(question: Question, texte: str) -> bool:
    try:
        question.read(texte)
    except ReponseInvalide:
        return False
    return True


def _present(question: Question, fiche: Fiche, changees: dict[str, Valeur]) -> str:
    if question.secret:
        if question.nom in changees:
            return f"{CACHE} (changé)"
        return say_secret(fiche, question.nom) if question.nom in fiche.secrets else "(absent)"
    valeur = changees.get(question.nom, fiche.valeurs.get(question.nom))
    if isinstance(valeur, bool):
        return "oui" if valeur else "non"
    return "(absent)" if valeur in (None, "") else str(valeur)


def say_secret(fiche: Fiche, nom: str) -> str:
    """A secret that is set, hidden, and where it is kept; of the IBAN, the last four characters."""
    fin = f" {fiche.fin_iban}" if nom == IBAN and fiche.fin_iban else ""
    return f"{CACHE}{fin} ({fiche.secrets[nom]})"


def _answer(question: Question, d_office: str | None) -> dict[str, Valeur]:
    """The answer to one question, asked again until it fits; nothing when it may be left out and is."""
    say("")
    say(question.aide)
    facultatif = d_office == "" or not question.obligatoire
    while True:
        texte = typer.prompt(
            question.libelle,
            default=d_office or ("" if facultatif else None),
            show_default=bool(d_office),
            hide_input=question.secret,
            prompt_suffix=" : ",
            err=True,
        )
        if not texte.strip() and facultatif:
            return {}
        try:
            return {question.nom: question.read(texte)}
        except ReponseInvalide as erreur:
            say(str(erreur), "yellow")
