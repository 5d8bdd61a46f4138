"""python -m corelab.winratio."""

from corelab.winratio import main

if __name__ == "__main__":
    main()
