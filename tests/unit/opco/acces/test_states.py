import itertools

import pytest

from traitdunion.opco.acces.states import LIBELLES, Acte, EtatAccrochage, TransitionInterdite, next_etat

ADMIS = {
    (None, Acte.OPEN): EtatAccrochage.EN_ATTENTE,
    (EtatAccrochage.EN_ATTENTE, Acte.FIRST_TRANSMISSION): EtatAccrochage.EFFECTIF,
    (EtatAccrochage.EN_ATTENTE, Acte.SUSPEND): EtatAccrochage.SUSPENDU,
    (EtatAccrochage.EFFECTIF, Acte.SUSPEND): EtatAccrochage.SUSPENDU,
    (EtatAccrochage.SUSPENDU, Acte.RESUME): EtatAccrochage.EN_ATTENTE,
}


@pytest.mark.parametrize(("etat", "acte"), list(itertools.product([None, *EtatAccrochage], Acte)))
def test_every_pair_of_state_and_act_goes_where_it_should_or_nowhere(etat: EtatAccrochage | None, acte: Acte) -> None:
    if (etat, acte) in ADMIS:
        assert next_etat(etat, acte) is ADMIS[etat, acte]
    else:
        with pytest.raises(TransitionInterdite):
            next_etat(etat, acte)


def test_every_state_has_its_french_label() -> None:
    assert set(LIBELLES) == set(EtatAccrochage)
