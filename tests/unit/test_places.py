"""The data folders are found; a copy without them says what to do."""

import pytest

from adapter import places
from adapter.errors import AdapterError


def test_a_checkout_has_its_folders_beside_the_package():
    assert places.folder("mappings").parent == places.PACKAGE.parent


def test_a_copy_without_its_data_says_so():
    with pytest.raises(AdapterError, match=r"no folder elsewhere/ inside or beside it\. Install"):
        places.folder("elsewhere")
