"""Configuration files as an editor may leave them, and what is left of them."""

FILE = "# Mine.\nversion = 1\n[defaults]\nseed = 1\n"
CHANGED = FILE.replace("1\n[", "1 # one\n[").replace("seed = 1", "seed = 2")
INVALID = "version = 1\n[defaults]\nsede = 1\n[profiles.ci]\nstream = 3\n"


def kept(temporary):
    """The one copy that was kept."""
    (folder,) = temporary.iterdir()
    (copy,) = folder.iterdir()
    return copy
