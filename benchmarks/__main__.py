"""``python -m benchmarks``."""

from benchmarks.compare import main

if __name__ == "__main__":
    main()
