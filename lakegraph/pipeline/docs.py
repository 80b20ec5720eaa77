"""The documentation site: dbt's own pages as one file, the graph model drawn, and the data dictionary of the graph."""

import shutil
from pathlib import Path

from lakegraph.pipeline.dbt import dbt, target_folder
from lakegraph.runtime.expectations import Stage, data_docs_index
from lakegraph.runtime.settings import Settings

STAGES: tuple[Stage, ...] = ("drop", "graph")


def write_site(settings: Settings, site: Path) -> Path:
    """Write `index.html` (dbt docs), `graph.html` (drawing and data dictionary), `graph.svg`, and the Data Docs in `checks/`.

    Args:
        settings: the lake and the dbt target that the catalog is read from.
        site: the folder to write to.

    Returns:
        The folder of the site.

    Raises:
        DbtError: dbt cannot generate its documentation.
        DeclarationError: a graph declaration is wrong.
    """
    from graph_loader.manifest import read_graph
    from lakegraph.pipeline.graph_page import draw_graph, render_page

    dbt(settings, "docs", "generate", "--static")
    graph = read_graph(target_folder() / "manifest.json")
    site.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(target_folder() / "static_index.html", site / "index.html")
    drawing = draw_graph(graph)
    (site / "graph.svg").write_text(drawing, encoding="utf-8")
    (site / "graph.html").write_text(render_page(graph, drawing), encoding="utf-8")
    for stage in STAGES:
        _copy_data_docs(settings.lake, stage, site / "checks" / stage)
    return site


def _copy_data_docs(lake: Path, stage: Stage, folder: Path) -> None:
    """The Data Docs of the latest run, or a page that says that there was none: the overview links it in either case."""
    shutil.rmtree(folder, ignore_errors=True)
    index = data_docs_index(lake, stage)
    if index.is_file():
        shutil.copytree(index.parent, folder)
        return
    folder.mkdir(parents=True)
    page = "<!DOCTYPE html><html lang='en'><title>Checks</title><p>Great Expectations has not run in this lake yet.</p></html>"
    (folder / "index.html").write_text(page, encoding="utf-8")
