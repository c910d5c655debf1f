"""``python -m monitor`` is the program ``onrecord``."""

from monitor.cli import main

if __name__ == "__main__":
    main()
