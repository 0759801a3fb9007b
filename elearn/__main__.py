"""`python -m elearn` is the command `elearn`."""

from elearn.commands import main

if __name__ == "__main__":
    main()
