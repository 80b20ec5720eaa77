"""The process that runs dbt, with the descriptions of AWS's services kept: `python -m tests.engines.athena.dbt_worker`.

dbt-athena makes a session of boto3 for each query, and each reads those descriptions anew, which is half of the time that dbt
takes on tables as small as these.
"""

from botocore.loaders import JSONFileLoader

from lakegraph.pipeline.dbt_worker import main


def keep_descriptions() -> None:
    """Have every session of this process use what the first one read."""
    kept, read = {}, JSONFileLoader.load_file

    def load_file(self, file_path):
        if file_path not in kept:
            kept[file_path] = read(self, file_path)
        return kept[file_path]

    JSONFileLoader.load_file = load_file


if __name__ == "__main__":
    keep_descriptions()
    main()
