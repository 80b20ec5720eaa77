"""Puts what the commands read of the dbt project into the wheel, as lakegraph/project; all else is said in pyproject.toml."""

import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

# what lakegraph.runtime.project finds there; the models themselves are dbt's, which has the project
READ_BY_COMMANDS = ("dbt_project.yml", "vars.yml", "configs/**/*.yml", "models/graph/questions/*.cypher")


class BuildWithProject(build_py):
    """Builds the packages, and the files of the project beside them."""

    def run(self) -> None:
        super().run()
        # an editable installation has the project itself
        if self.editable_mode:
            return
        here, target = Path(__file__).parent, Path(self.build_lib, "lakegraph", "project")
        shutil.rmtree(target, ignore_errors=True)
        for pattern in READ_BY_COMMANDS:
            for file in sorted(here.glob(pattern)):
                copy = target / file.relative_to(here)
                copy.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(file, copy)


setup(cmdclass={"build_py": BuildWithProject})
