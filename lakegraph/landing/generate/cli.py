"""The command `lakegraph generate`."""

import json
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lakegraph.runtime.errors import ConfigurationError

if TYPE_CHECKING:
    from lakegraph.landing.generate.options import GenerateResult


def generate(
    drops: Annotated[Path | None, typer.Option(help="Folder that receives the files.", show_default="drops")] = None,
    start: Annotated[str, typer.Option(metavar="YYYY-MM-DD", help="Date of the first drop.")] = "2025-01-15",
    days: Annotated[int, typer.Option(help="How many daily drops.")] = 2,
    scale: Annotated[float, typer.Option(help="1 is a shop of 1,200 customers and some 4,000 orders.")] = 1.0,
    seed: Annotated[int, typer.Option(help="Another seed gives another shop.")] = 42,
    dirt: Annotated[float, typer.Option(help="Share of faulty records, listed in faults_YYYY_MM_DD.json.")] = 0.0,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Write daily drops of a made-up shop: feeds as CSV files with a trigger each; the same options give the same bytes."""
    from lakegraph.landing.generate.operations import generate as write_drops
    from lakegraph.landing.generate.options import GenerateOptions
    from lakegraph.runtime.console import say
    from lakegraph.runtime.settings import settings

    folder = settings(drops=drops).drops
    result = write_drops(GenerateOptions(folder, _date(start), days=days, scale=scale, seed=seed, dirt=dirt))
    if as_json:
        print(json.dumps(_as_json(folder, result), indent=2))
        return
    for drop in result.drops:
        counts = ", ".join(f"{file.records:,} {file.feed}" for file in drop.files)
        say(f"{drop.batch_id}: {counts}")
    faults = f", {result.faults:,} of them faulty" if result.faults else ""
    say(f"{result.records:,} records{faults}, {result.bytes / 1e6:,.1f} MB in {result.seconds:.1f} s: {folder}")


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ConfigurationError(f"--start '{text}' is no date.", "Write it as YYYY-MM-DD.") from error


def _as_json(folder: Path, result: "GenerateResult") -> dict:
    return {
        "drops": str(folder),
        "seconds": round(result.seconds, 3),
        "batches": [
            {
                "batch_id": drop.batch_id,
                "batch_date": str(drop.batch_date),
                "trigger_file": drop.trigger_file,
                "faults_file": drop.faults_file,
                "files": [
                    {
                        "name": file.name,
                        "feed": file.feed,
                        "records": file.records,
                        "faults": file.faults,
                        "bytes": file.bytes,
                    }
                    for file in drop.files
                ],
            }
            for drop in result.drops
        ],
    }
