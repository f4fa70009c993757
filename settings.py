"""Every value Touchstone reads from the environment: one frozen object, prefix TOUCHSTONE_."""

import hashlib
import os
import tempfile
from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parent
LONGEST_SOCKET_PATH = 100  # Linux allows 107 bytes for a socket's path


class Settings(BaseSettings):
    """What an installation can choose. A per-run choice is an `Options`, stored with the run."""

    model_config = SettingsConfigDict(
        env_prefix="TOUCHSTONE_", env_file=ROOT / ".env", extra="ignore", frozen=True
    )

    data: Path = Field(default=ROOT / "touchstone_data", description="Folder that holds all state.")
    host: str = Field(default="127.0.0.1", description="Address the pages listen on.")
    port: int = Field(default=8501, description="Port the pages listen on.")
    public_host: str = Field(
        default="", description="Name analysts type, when a proxy stands in front."
    )
    trust_network: bool = Field(
        default=False,
        description="Let visitors from other machines in; only behind a proxy that signs in.",
    )
    database_url: str = Field(default="", description="Empty: SQLite in the data folder.")
    broker_url: str = Field(default="", description="Empty: the embedded Valkey on a socket.")
    keys: str = Field(
        default="", description="File with the secret keys. Empty: in the data folder, keys/."
    )
    upload_limit_mb: int = Field(
        default=2048, ge=1, description="Largest file the browser may send, in MiB."
    )
    import_roots: str = Field(
        default="",
        description="Folders and s3:// prefixes that files may be imported from, separated by "
        "semicolons. Empty: `incoming` in the data folder.",
    )
    s3_endpoint: str = Field(
        default="", description="Address of an S3-compatible store. Empty: Amazon's."
    )
    imports_at_once: int = Field(default=2, ge=1, description="Files read at the same time.")
    label_delay_days: float = Field(
        default=7.0, description="Days until a fraud is known (split gap)."
    )
    automatic_baselines: bool = Field(
        default=True, description="Start the baselines of a dataset with its first run."
    )
    encoder: str = Field(
        default="package", description="Default encoder: `package`, a folder or hub name."
    )
    encoder_revision: str = Field(default="", description="Commit of a hub encoder, 40 hex digits.")
    trainer_threads: int = Field(
        default=0, description="Threads of one training process; 0: all cores."
    )
    device: str = Field(
        default="",
        description="What this trainer uses: cpu, or numbers of graphics cards such as 0 or 0,1. "
        "Empty: the first card there is, else the processor.",
    )
    store_url: str = Field(
        default="",
        description="s3:// prefix that machines share their files through. Empty: this machine "
        "is the only one, or all see the same data folder.",
    )
    checkpoint_steps: int = Field(default=200, ge=1, description="Steps between two checkpoints.")
    checkpoint_seconds: float = Field(
        default=300.0, description="Seconds after which a checkpoint is due in any case."
    )
    hang_seconds: float = Field(
        default=600.0, description="Time without a new step after which a training is ended."
    )
    spare_mb: int = Field(
        default=1024, ge=0, description="Room on the disk below which nothing is begun, in MiB."
    )
    heartbeat_seconds: float = Field(
        default=10.0, description="How often a worker renews its lease."
    )
    lease_seconds: float = Field(
        default=60.0, description="Silence after which a run is taken back."
    )
    reaper_seconds: float = Field(default=5.0, description="How often lost runs are looked for.")
    poll_seconds: float = Field(
        default=15.0, description="How often an idle trainer looks for runs no bell told it of."
    )
    retry_seconds: float = Field(
        default=10.0, description="Wait after a first crash; each further one waits four times it."
    )
    rering_seconds: float = Field(
        default=60.0, description="Age of an unclaimed run that is rung again."
    )
    stop_seconds: float = Field(
        default=20.0, description="Grace between asking and killing a trainer."
    )
    crash_limit: int = Field(
        default=3, description="Crashed attempts after which a run is set aside."
    )
    chromium: str = Field(
        default="/usr/bin/chromium", description="Browser that drives the page tests."
    )
    ci: bool = Field(
        default=False, validation_alias="CI", description="True where tests may not skip."
    )

    @property
    def upload_limit(self) -> int:
        """Largest file the browser may send, in bytes."""
        return self.upload_limit_mb * 1024**2

    @property
    def roots(self) -> tuple[str, ...]:
        """Folders and s3:// prefixes that files may be imported from."""
        named = tuple(root.strip() for root in self.import_roots.split(";") if root.strip())
        return named or (str(self.data.resolve() / "incoming"),)

    @property
    def key_file(self) -> Path:
        """File that holds the secret keys; back it up apart from the database."""
        return Path(self.keys) if self.keys else self.data.resolve() / "keys" / "ring.json"

    @property
    def database(self) -> str:
        """SQLAlchemy URL of the database in use."""
        return self.database_url or f"sqlite:///{self.data.resolve() / 'touchstone.db'}"

    @property
    def broker_socket(self) -> Path:
        """Socket of the embedded broker; in the temp folder where the data path is too long."""
        inside = self.data.resolve() / "broker" / "valkey.sock"
        if len(str(inside)) <= LONGEST_SOCKET_PATH:
            return inside
        key = hashlib.sha256(str(inside).encode()).hexdigest()[:16]
        return Path(tempfile.gettempdir()) / f"touchstone-{key}" / "valkey.sock"

    @property
    def broker(self) -> str:
        """Celery URL of the broker in use."""
        return self.broker_url or f"redis+socket://{self.broker_socket}"

    @property
    def embeds_broker(self) -> bool:
        """True when Touchstone starts its own Valkey."""
        return not self.broker_url


def environment(**additions: str) -> dict[str, str]:
    """Return the environment for a process we start; PATH is put before the existing one."""
    path = [*filter(None, [additions.pop("PATH", ""), os.environ.get("PATH", "")])]
    return {**os.environ, "PATH": os.pathsep.join(path), **additions}


settings = Settings()
