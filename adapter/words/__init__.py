"""From findings to sentences, in English and Chinese, all from one catalogue."""

from adapter.words.speaker import Speaker
from adapter.words.tongue import LANGUAGES, Catalogue, load_catalogue

__all__ = ["LANGUAGES", "Catalogue", "Speaker", "load_catalogue"]
