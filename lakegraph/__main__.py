"""`lakegraph` and `python -m lakegraph`."""

from lakegraph.runtime.console import guarded


def main() -> None:
    """Run the command line and end the process with its exit code."""
    from lakegraph.cli import app

    guarded(app)


if __name__ == "__main__":
    main()
