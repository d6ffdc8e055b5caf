"""Score weights whose points sum to 100, announced scores, memos."""

from reos.db import rls
from reos.db.ddl import create_table, drop_functions, drop_tables, execute
from reos.db.roles import APP, DBT, DEFINER, OWNER, PIPELINE, QUALITY

revision = "0006_scoring"
down_revision = "0005_policy"
branch_labels = None
depends_on = None

_SUM_NAME = "app.score_weight_sum()"
# Definer, so that it sums the version's rows even if the transaction changed its tenant before it commits.
_SUM_BODY = """
    declare
      weight app.score_weight := coalesce(new, old);
      total bigint := (select sum(w.max_points) from app.score_weight w
                        where w.tenant_id = weight.tenant_id and w.version = weight.version);
    begin
      if total <> 100 then
        raise exception 'score weights of version % sum to %, not 100', weight.version, total
          using errcode = 'check_violation', constraint = 'score_weight_sum';
      end if;
      return null;
    end
"""
_SUM_TRIGGER = """create constraint trigger score_weight_sum after insert or update or delete on app.score_weight
    deferrable initially deferred for each row execute function app.score_weight_sum()"""


def upgrade() -> None:
    create_table(
        "app.score_weight_version",
        """
        tenant_id uuid not null,
        version integer not null,
        is_active boolean not null default false,
        created_at timestamptz not null default now(),
        created_by text not null,
        constraint pk_score_weight_version primary key (tenant_id, version),
        constraint fk_score_weight_version_tenant foreign key (tenant_id) references app.tenant (tenant_id)
        """,
        comment="Versions of a tenant's score weights; one is active.",
        grants={APP: "select, insert, update", PIPELINE: "select", DBT: "select", QUALITY: "select"},
        indexes=[
            "unique index uq_score_weight_version_active on app.score_weight_version (tenant_id) where is_active",
        ],
    )
    create_table(
        "app.score_weight",
        """
        tenant_id uuid not null,
        version integer not null,
        component text not null,
        max_points smallint not null,
        low numeric not null,
        high numeric not null,
        note text,
        constraint pk_score_weight primary key (tenant_id, version, component),
        constraint ck_score_weight_max_points check (max_points between 0 and 100),
        constraint ck_score_weight_range check (low <> high),
        constraint fk_score_weight_score_weight_version foreign key (tenant_id, version)
            references app.score_weight_version (tenant_id, version)
        """,
        comment="Points of each score component: none at low, all at high; a version's points sum to 100.",
        grants={APP: "select, insert", PIPELINE: "select", DBT: "select", QUALITY: "select", DEFINER: "select"},
    )
    create_table(
        "app.published_score",
        """
        tenant_id uuid not null,
        property_id uuid not null,
        score_version integer not null,
        inputs_hash bytea not null,
        event_id uuid not null,
        published_at timestamptz not null default now(),
        constraint pk_published_score primary key (tenant_id, property_id),
        constraint fk_published_score_property foreign key (tenant_id, property_id)
            references app.property (tenant_id, property_id)
        """,
        comment="The score last announced for a property, so that an unchanged one is not announced again.",
        grants={APP: "select", PIPELINE: "select, insert, update", DBT: "select", QUALITY: "select"},
    )
    create_table(
        "app.memo_request",
        """
        tenant_id uuid not null,
        request_id uuid not null,
        property_id uuid not null,
        requested_by uuid not null,
        requested_at timestamptz not null default now(),
        fulfilled_at timestamptz,
        memo_id uuid,
        error text,
        constraint pk_memo_request primary key (tenant_id, request_id),
        constraint fk_memo_request_property foreign key (tenant_id, property_id)
            references app.property (tenant_id, property_id)
        """,
        comment="Memos that people asked for; asking again while one is open is the same request.",
        grants={APP: "select, insert", PIPELINE: "select, update"},
        indexes=[
            """unique index uq_memo_request_open on app.memo_request (tenant_id, property_id)
                where fulfilled_at is null""",
        ],
    )
    create_table(
        "app.memo",
        """
        tenant_id uuid not null,
        memo_id uuid not null,
        property_id uuid not null,
        score_version integer not null,
        inputs_hash bytea not null,
        template_version text not null,
        document_sha256 bytea not null,
        byte_size integer not null,
        page_count smallint not null,
        storage_key text not null,
        created_at timestamptz not null default now(),
        constraint pk_memo primary key (tenant_id, memo_id),
        constraint uq_memo_tenant_id_property_id_inputs_hash_template_version
            unique (tenant_id, property_id, inputs_hash, template_version),
        constraint fk_memo_property foreign key (tenant_id, property_id)
            references app.property (tenant_id, property_id)
        """,
        comment="Rendered investment memos; the same inputs and template give the same memo.",
        grants={APP: "select, insert", PIPELINE: "select, insert"},
    )
    execute(
        rls.definer_function(_SUM_NAME, f"{_SUM_NAME} returns trigger language plpgsql", _SUM_BODY, execute=[OWNER])
    )
    execute([_SUM_TRIGGER])


def downgrade() -> None:
    drop_tables(["app.memo", "app.memo_request", "app.published_score", "app.score_weight", "app.score_weight_version"])
    drop_functions([_SUM_NAME])
