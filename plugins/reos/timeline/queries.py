"""Reading the log for a property's timeline; JSON is built by PostgreSQL, times as the envelope has them (UTC, `Z`)."""

# $1 property, $2 limit, $3 the seq to continue below (null: from the newest)
TIMELINE = """
with page as (
  select seq, event_id, event_type,
         to_char(occurred_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as timestamp,
         tenant_id, correlation_id, payload, metadata, subject, causation_id, schema_version
    from app.event_log
   where property_id = $1 and ($3::bigint is null or seq < $3)
   order by seq desc limit $2::int + 1
), numbered as (
  select to_json(page) as item, seq, row_number() over (order by seq desc) as position, count(*) over () as read
    from page
)
select coalesce(json_agg(item order by position) filter (where position <= $2::int), '[]')::text as items,
       max(seq) filter (where position = $2::int and read > $2::int) as next_seq
  from numbered
"""
