import pytest

from tests.factories.people import make_state


@pytest.fixture
def home(db):
    return make_state("United States", slug="united-states")


@pytest.fixture
def ruritania(home):
    return make_state("Ruritania", slug="ruritania")
