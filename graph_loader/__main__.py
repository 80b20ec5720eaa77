"""`python -m graph_loader`."""

from lakegraph.runtime.console import guarded


def main() -> None:
    """Run the command line and end the process with its exit code."""
    from graph_loader.cli import run

    guarded(run)


if __name__ == "__main__":
    main()
