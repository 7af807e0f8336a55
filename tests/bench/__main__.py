"""Prints every figure; `make bench`."""

import platform

from tests.bench import composing, planning


def main() -> None:
    print(f"Python {platform.python_version()} on {platform.machine()}, CPU time, medians")
    for source in (composing, planning):
        for figure in source.figures():
            print(figure, flush=True)


if __name__ == "__main__":
    main()
