"""Euros on the wire, integer cents inside: exact both ways (norme.md §2)."""

from decimal import Decimal

from traitdunion.norme.parametres.definitions import write_montant


def to_centimes(montant: Decimal) -> int:
    """Euros as integer cents, exact. Raises ValueError when it is no whole number of cents."""
    if not montant.is_finite():
        raise ValueError("not an amount")
    # Not `scaleb`, which rounds to the precision of the context.
    numerateur, denominateur = montant.as_integer_ratio()
    centimes, reste = divmod(numerateur * 100, denominateur)
    if reste:
        raise ValueError("not a whole number of cents")
    return centimes


def to_euros(centimes: int) -> Decimal:
    """Integer cents as euros with two decimals, as the norm writes them."""
    return Decimal(f"{centimes}e-2")


def say_montant(centimes: int) -> str:
    """Cents as an error sentence says them, without the unit: « 1 823,03 », « -750,00 »."""
    return f"{'-' if centimes < 0 else ''}{write_montant(abs(centimes))}"


def say_euros(centimes: int) -> str:
    """Cents as people read them: « 2 400,00 € », with no-break spaces."""
    return f"{say_montant(centimes)}\u00a0€"
