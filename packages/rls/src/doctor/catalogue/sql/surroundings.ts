/** $1: the role that serves tenants. */
export const schemasSql = `
select n.nspname::text as name,
  coalesce(pg_catalog.has_schema_privilege(app.oid, n.oid, 'usage'), false) as "roleMayUse",
  coalesce(pg_catalog.has_schema_privilege(app.oid, n.oid, 'create'), false) as "roleMayCreate",
  pg_catalog.substring(pg_catalog.obj_description(n.oid, 'pg_namespace'), '^tenancy of .*$') as mark
from pg_catalog.pg_namespace n left join pg_catalog.pg_roles app on app.rolname = $1
where n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
order by n.nspname`;

/** The default privileges of future objects for roles that policies bind: for everybody, or for one role. */
export const defaultRightsSql = `
select o.rolname::text as owner, n.nspname::text as schema,
  case a.defaclobjtype when 'r' then 'tables' when 'S' then 'sequences' when 'f' then 'functions' when 'T' then 'types' else 'schemas' end as kind,
  case x.grantee when 0 then 'PUBLIC' else g.rolname::text end as grantee,
  pg_catalog.array_agg(x.privilege_type::text order by x.privilege_type) as rights
from pg_catalog.pg_default_acl a join pg_catalog.pg_roles o on o.oid = a.defaclrole
left join pg_catalog.pg_namespace n on n.oid = a.defaclnamespace,
  pg_catalog.aclexplode(a.defaclacl) x left join pg_catalog.pg_roles g on g.oid = x.grantee
where x.grantee <> a.defaclrole and (x.grantee = 0 or not (g.rolsuper or g.rolbypassrls or g.oid < 16384 and g.rolname like 'pg\\_%'))
group by 1, 2, 3, 4`;

// pg_publication_rel.prqual and publications of schemas came with PostgreSQL 15
export const publicationsSql = `
select p.pubname::text as name, p.puballtables as "allTables",
  array(select r.prrelid from pg_catalog.pg_publication_rel r where r.prpubid = p.oid and r.prqual is null
    union select c.oid from pg_catalog.pg_publication_namespace s join pg_catalog.pg_class c on c.relnamespace = s.pnnspid
      where s.pnpubid = p.oid and c.relkind in ('r', 'p')) as unfiltered
from pg_catalog.pg_publication p`;
