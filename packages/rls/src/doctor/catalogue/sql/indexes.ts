const ofUsers = `n.nspname !~ '^pg_' and n.nspname <> 'information_schema'`;

// GIN, GiST and similar indexes; of b-trees only those on citext, which is searched by equality.
export const indexesSql = `
with leaky as materialized (select distinct o.amopfamily, o.amoplefttype from pg_catalog.pg_amop o
  join pg_catalog.pg_operator r on r.oid = o.amopopr join pg_catalog.pg_proc p on p.oid = r.oprcode
  where o.amoppurpose = 's' and not p.proleakproof)
select i.indrelid as "table", x.relname::text as name, i.indisunique as unique, i.indisvalid as valid,
  i.indpred is not null as partial, m.amname::text as method,
  exists (select from pg_catalog.pg_constraint k where k.conindid = i.indexrelid and k.contype in ('p', 'u', 'x')) as "ofConstraint",
  array(select a.attname::text from pg_catalog.unnest(i.indkey) with ordinality k (n, p)
    left join pg_catalog.pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.n and k.n > 0
    where k.p <= i.indnkeyatts order by k.p) as columns,
  array(select coalesce(a.attname::text, pg_catalog.pg_get_indexdef(i.indexrelid, k.p::int, true))
    from rows from (pg_catalog.unnest(i.indkey), pg_catalog.unnest(i.indclass)) with ordinality k (n, class, p)
    join pg_catalog.pg_opclass oc on oc.oid = k.class join pg_catalog.pg_type t on t.oid = oc.opcintype
    join leaky l on l.amopfamily = oc.opcfamily and l.amoplefttype = oc.opcintype
    left join pg_catalog.pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.n and k.n > 0
    where m.amname not in ('btree', 'hash') or t.typname = 'citext' order by k.p) as "notLeakproof"
from pg_catalog.pg_index i join pg_catalog.pg_class x on x.oid = i.indexrelid
join pg_catalog.pg_am m on m.oid = x.relam
join pg_catalog.pg_class c on c.oid = i.indrelid join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'p', 'm') and ${ofUsers}
order by i.indrelid, x.relname`;

/** $1: the role that serves tenants. */
export const sequencesSql = `
with app as (select oid from pg_catalog.pg_roles where rolname = $1)
select n.nspname::text as schema, c.relname::text as name, coalesce(d.refobjid, 0::oid) as "table",
  coalesce(pg_catalog.has_sequence_privilege(app.oid, c.oid, 'usage'), false) as "roleMayUse",
  coalesce(pg_catalog.has_sequence_privilege(app.oid, c.oid, 'select'), false) as "roleMayRead",
  coalesce(pg_catalog.has_sequence_privilege(app.oid, c.oid, 'update'), false) as "roleMaySet"
from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace left join app on true
left join pg_catalog.pg_depend d on d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass and d.objid = c.oid
  and d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass and d.deptype in ('a', 'i')
where c.relkind = 'S' and ${ofUsers}`;
