"""How the desk writes what depends on a language."""
