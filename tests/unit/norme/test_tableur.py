"""Files of rows that cannot be read: refused in words."""

import pytest
from builders.tableur.classeurs import raw_xls, xls_without_its_sheet

from traitdunion.norme.tableur import ImportRefuse, open_feuilles


def test_a_workbook_that_makes_its_reader_panic_is_refused_as_damaged() -> None:
    cellules = {(0, 0): "IDCC"}
    assert len(list(open_feuilles(raw_xls(cellules)))) == 1
    with pytest.raises(ImportRefuse, match="abîmé"):
        list(open_feuilles(xls_without_its_sheet(cellules)))
