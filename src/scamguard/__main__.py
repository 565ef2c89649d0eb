"""``python -m scamguard`` is ``scamguard``."""

from .cli import main

if __name__ == "__main__":
    main()
