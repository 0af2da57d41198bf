"""A browser and its system in words, from what it says of itself. Pure."""

NAVIGATEURS = (("Edg", "Edge"), ("OPR/", "Opera"), ("Firefox", "Firefox"), ("Chrom", "Chrome"), ("Safari", "Safari"))
# iPhones say « like Mac OS X », Android says « Linux »: the particular stands first.
SYSTEMES = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)


def device_of(agent: str) -> str:
    """« Firefox, Windows »; « Appareil inconnu » when nothing is known again."""
    trouves = [next((nom for signe, nom in signes if signe in agent), None) for signes in (NAVIGATEURS, SYSTEMES)]
    return ", ".join(nom for nom in trouves if nom) or "Appareil inconnu"
