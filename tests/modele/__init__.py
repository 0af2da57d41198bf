"""Models that tests hold the product against: written from the rules alone, importing nothing of the product."""
