"""python -m corelab."""

from corelab.cli import main

if __name__ == "__main__":
    main()
