"""YAML files that users write."""

from pathlib import Path
from typing import Any

import yaml

from lakegraph.runtime.errors import ConfigurationError


class YamlFileError(ConfigurationError):
    """A file is missing, or is not a YAML mapping."""


class _UniqueKeys(yaml.SafeLoader):
    """Refuses a key that stands twice, of which YAML would silently keep the last."""


def _unique_mapping(loader: _UniqueKeys, node: yaml.MappingNode) -> dict:
    seen = set()
    for key_node, _ in node.value:
        key = loader.construct_object(key_node)
        if key in seen:
            raise yaml.MarkedYAMLError(problem=f"'{key}' stands twice", problem_mark=key_node.start_mark)
        seen.add(key)
    return loader.construct_mapping(node, deep=True)


_UniqueKeys.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _unique_mapping)


def read_yaml(path: Path) -> dict[str, Any]:
    """The mapping in a YAML file.

    Raises:
        YamlFileError: the file cannot be read, is not YAML, holds a key twice, or is not a mapping.
    """
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), Loader=_UniqueKeys)  # noqa: S506, a SafeLoader
    except OSError as error:
        raise YamlFileError(f"{path} cannot be read: {error.strerror}.", "Name another file with --sources.") from None
    except UnicodeDecodeError:
        raise YamlFileError(f"{path} is not UTF-8.") from None
    except yaml.MarkedYAMLError as error:
        line = f", line {error.problem_mark.line + 1}" if error.problem_mark else ""
        raise YamlFileError(f"{path}{line}: not valid YAML: {error.problem}.") from None
    except yaml.YAMLError as error:
        raise YamlFileError(f"{path} is not valid YAML: {error}.") from None
    if not isinstance(content, dict):
        raise YamlFileError(f"{path} holds no keys.")
    return content
