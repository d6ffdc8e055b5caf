"""Every setting, read once from `REOS_*` environment variables. Secrets come from nowhere else.

A process is given only the URLs it needs: asking for an absent one raises `ConfigurationError` naming the variable.
"""

from functools import lru_cache
from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from reos.core.errors import ConfigurationError

PROJECT_ROOT = Path(__file__).resolve().parents[3]


class Settings(BaseSettings):
    """Settings of one process; the field `db_app_url` is the variable `REOS_DB_APP_URL`, and so on.

    An empty variable counts as not set: that is how compose files pass on what their environment lacks.
    """

    model_config = SettingsConfigDict(env_prefix="REOS_", env_ignore_empty=True, extra="ignore", frozen=True)

    environment: str = "development"
    home: Path = PROJECT_ROOT
    state_dir: Path = PROJECT_ROOT / ".reos"
    log_level: str = "INFO"
    log_format: str = Field(default="console", pattern="^(console|json)$")

    # libpq URLs (postgresql://role:password@host:port/reos), one role each
    db_owner_url: SecretStr | None = None
    db_app_url: SecretStr | None = None
    db_pipeline_url: SecretStr | None = None
    db_dbt_url: SecretStr | None = None
    db_quality_url: SecretStr | None = None
    db_superuser_url: SecretStr | None = None  # only for the one-shot that creates roles and database
    redis_url: SecretStr | None = None

    # API: {"kid": "secret of 32 bytes or more"}; the first key signs, all verify
    jwt_keys: SecretStr | None = None
    jwt_issuer: str = "reos"
    jwt_audience: str = "reos-api"
    cors_origins: list[str] = []
    public_url: str = "http://127.0.0.1:8000"

    # providers; the defaults are the real services, the single-machine stack points them at its sandbox
    attom_base_url: str = "https://api.gateway.attomdata.com"
    attom_api_key: SecretStr | None = None
    regrid_base_url: str = "https://app.regrid.com/api/v2"
    regrid_token: SecretStr | None = None
    county_base_url: str | None = None
    census_base_url: str = "https://geocoding.geo.census.gov/geocoder"
    census_acs_base_url: str = "https://api.census.gov/data"
    census_api_key: SecretStr | None = None
    fema_base_url: str = "https://hazards.fema.gov/arcgis/rest/services/public/NFHL/MapServer"
    zillow_research_base_url: str = "https://files.zillowstatic.com/research/public_csvs"
    zillow_bridge_base_url: str = "https://api.bridgedataoutput.com/api/v2"
    zillow_bridge_token: SecretStr | None = None
    zillow_page_reader: bool = False  # pages that users saved; the policy has the last word, and says no
    socrata_app_token: SecretStr | None = None
    openaddresses_base_url: str = "https://batch.openaddresses.io"
    openaddresses_token: SecretStr | None = None
    openaddresses_places: list[str] = []  # whose address points are loaded each week, as in ["us/wa/king"]
    egress_private_hosts: list[str] = []  # "host:port" pairs on private addresses that egress may reach (the sandbox)

    # imports: the largest file, packed or unpacked; uploads to the API are held in full before they are read
    inbox_url: str | None = None  # where files are dropped, as s3://airflow_connection@bucket/inbox
    import_max_bytes: int = 1 << 30
    import_upload_max_bytes: int = 64 << 20

    @property
    def memo_dir(self) -> Path:
        """Content-addressed store of rendered memos."""
        return self.state_dir / "memos"

    @property
    def inbox_dir(self) -> Path:
        """Drop folder: `<inbox>/<tenant>/<profile>/<file>` is imported by the discovery DAG."""
        return self.state_dir / "inbox"

    @property
    def drop_url(self) -> str:
        """Where files are dropped, as a URL."""
        return self.inbox_url or self.inbox_dir.absolute().as_uri()

    @property
    def download_dir(self) -> Path:
        """Files of public sources, kept until their load is done."""
        return self.state_dir / "downloads"

    @property
    def dbt_dir(self) -> Path:
        """The dbt project."""
        return self.home / "dbt"

    @property
    def expectations_dir(self) -> Path:
        """The Great Expectations suites."""
        return self.home / "expectations"

    def required(self, field: str) -> str:
        """Return the secret `field` in clear text, or raise `ConfigurationError` naming its variable."""
        value = getattr(self, field)
        if value is None:
            variable = f"REOS_{field.upper()}"
            raise ConfigurationError(f"{variable} is not set.", remedy=f"Set {variable} in this process's environment.")
        return value.get_secret_value() if isinstance(value, SecretStr) else str(value)

    def optional(self, field: str) -> str | None:
        """Return the secret `field` in clear text, or None where it is not set."""
        return self.required(field) if getattr(self, field) is not None else None


@lru_cache(maxsize=1)
def get_settings() -> Settings:
    """Return the process's settings, read on first use."""
    return Settings()
