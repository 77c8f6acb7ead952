"""What every command that needs settings begins with."""

from pathlib import Path
from typing import Annotated

import typer

from service.config import Environment, Settings
from service.logs import Secrets, configure

EnvFile = Annotated[Path | None, typer.Option("--env-file", help="Read settings from this file instead of ./.env.")]
RulesDir = Annotated[Path | None, typer.Option("--rules", help="The rules folder; default: ./rules, or the shipped pack.")]
DataDir = Annotated[Path | None, typer.Option("--data", help="Folder of the SQLite database.")]


def prepare(
    env_file: Path | None = None, *, rules: Path | None = None, data: Path | None = None, quiet: bool = False
) -> tuple[Environment, Settings, Secrets]:
    """Read the environment, let options win over it, and set up logging."""
    environment = Environment(env_file=env_file)
    settings = environment.settings()
    changes = {"rules_dir": rules, "data_dir": data}
    settings = settings.model_copy(update={name: value for name, value in changes.items() if value is not None})
    secrets = Secrets([settings.database_password])
    configure("warning" if quiet else settings.log_level, settings.log_format, secrets)
    return environment, settings, secrets
