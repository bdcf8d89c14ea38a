// The objects of a database, each as a title and a definition. Objects of extensions and of the system
// are excluded. With an empty search_path every name is qualified with its schema.

const user = `n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast') and n.nspname !~ '^pg_(temp|toast_temp)_'`;
const ofNoExtension = (catalogue: string, oid: string) =>
  `not exists (select from pg_depend e where e.classid = '${catalogue}'::regclass and e.objid = ${oid} and e.deptype = 'e')`;
const path = (schema: string, name: string) =>
  `quote_ident(${schema}) || '.' || quote_ident(${name})`;
const table = path('n.nspname', 'c.relname');
const owner = (oid: string) => `pg_get_userbyid(${oid})`;

const relations = `
select case c.relkind when 'v' then 'view ' when 'm' then 'materialized view ' when 'S' then 'sequence ' else 'table ' end || ${table},
  'owner ' || ${owner('c.relowner')}
  || case when c.relkind in ('r', 'p') then
    case when c.relrowsecurity then ', row security' else '' end || case when c.relforcerowsecurity then ', forced' else '' end else '' end
  || case when c.relkind in ('v', 'm') then ', ' || coalesce(array_to_string(c.reloptions, ' '), '') || ' ' || pg_get_viewdef(c.oid) else '' end
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where ${user} and c.relkind in ('r', 'p', 'v', 'm', 'S', 'f') and not c.relispartition and ${ofNoExtension('pg_class', 'c.oid')}`;

// a sequence keeps the name of the table and column for which it was created, also after a rename
const columns = `
select 'column ' || ${table} || '.' || quote_ident(a.attname),
  format_type(a.atttypid, a.atttypmod) || case when a.attnotnull then ' not null' else '' end
  || case when a.attidentity <> '' then ' identity ' || a.attidentity::text else '' end
  || case when a.attgenerated <> '' then ' generated' else '' end
  || coalesce(' default ' || case when pg_get_serial_sequence(${table}, a.attname) is not null
    then 'of its own sequence' else pg_get_expr(d.adbin, d.adrelid) end, '')
from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
where ${user} and c.relkind in ('r', 'p') and not c.relispartition and a.attnum > 0 and not a.attisdropped`;

// drizzle-kit keeps the name of a primary key when its table is renamed
const constraints = `
select case k.contype when 'f' then 'foreign key ' when 'p' then 'primary key' else 'constraint ' end
  || case when k.contype = 'p' then '' else quote_ident(k.conname) end || ' of ' || ${table},
  pg_get_constraintdef(k.oid) || case when k.convalidated then '' else ' not valid' end
from pg_constraint k join pg_class c on c.oid = k.conrelid join pg_namespace n on n.oid = c.relnamespace
where ${user} and k.contype in ('p', 'u', 'f', 'c', 'x') and k.conparentid = 0 and not c.relispartition`;

/** Of a partitioned table as of any other: drizzle-kit knows no partitions, so only migrations make them. */
const indexes = `
select 'index ' || ${path('n.nspname', 'x.relname')},
  regexp_replace(pg_get_indexdef(i.indexrelid), ' ON ONLY ', ' ON ') || case when i.indisvalid then '' else ' invalid' end
from pg_index i join pg_class x on x.oid = i.indexrelid join pg_class c on c.oid = i.indrelid join pg_namespace n on n.oid = c.relnamespace
where ${user} and not c.relispartition and not exists (select from pg_constraint k where k.conindid = i.indexrelid and k.contype in ('p', 'u', 'x'))`;

const policies = `
select 'policy ' || quote_ident(p.policyname) || ' of ' || ${path('p.schemaname', 'p.tablename')},
  lower(p.permissive) || ' for ' || lower(p.cmd) || ' to ' || array_to_string(array(select r::text from unnest(p.roles) r order by 1), ', ')
  || coalesce(' using ' || p.qual, '') || coalesce(' with check ' || p.with_check, '')
from pg_policies p`;

const triggers = `
select 'trigger ' || quote_ident(t.tgname) || ' of ' || ${table},
  pg_get_triggerdef(t.oid) || case t.tgenabled when 'O' then '' else ' enabled ' || t.tgenabled::text end
from pg_trigger t join pg_class c on c.oid = t.tgrelid join pg_namespace n on n.oid = c.relnamespace
where ${user} and not t.tgisinternal and t.tgparentid = 0 and not c.relispartition`;

const signature = `${path('n.nspname', 'p.proname')} || '(' || pg_get_function_identity_arguments(p.oid) || ')'`;
const functions = `
select 'function ' || ${signature}, 'owner ' || ${owner('p.proowner')} || ' ' || pg_get_functiondef(p.oid)
from pg_proc p join pg_namespace n on n.oid = p.pronamespace
where ${user} and p.prokind in ('f', 'p') and ${ofNoExtension('pg_proc', 'p.oid')}`;

const types = `
select 'type ' || ${path('n.nspname', 't.typname')},
  coalesce('enum ' || (select string_agg(quote_literal(e.enumlabel), ', ' order by e.enumsortorder) from pg_enum e where e.enumtypid = t.oid), 'domain ' || format_type(t.typbasetype, t.typtypmod))
from pg_type t join pg_namespace n on n.oid = t.typnamespace
where ${user} and t.typtype in ('e', 'd') and ${ofNoExtension('pg_type', 't.oid')}`;

const rights = (what: string, of: string, from: string, acl: string, kind: string, own: string) => `
select 'rights of ' || case a.grantee when 0 then 'public' else quote_ident(${owner('a.grantee')}) end || ' on ${what} ' || ${of},
  string_agg(lower(a.privilege_type) || case when a.is_grantable then ' with grant option' else '' end, ', ' order by a.privilege_type)
from ${from} cross join lateral aclexplode(coalesce(${acl}, acldefault('${kind}', ${own}))) a
where ${user} and a.grantee <> ${own}`;

const relationRights = `${rights('table', table, 'pg_class c join pg_namespace n on n.oid = c.relnamespace', 'c.relacl', 'r', 'c.relowner')}
  and c.relkind in ('r', 'p', 'v', 'm', 'f') and not c.relispartition group by a.grantee, n.nspname, c.relname`;
const sequenceRights = `${rights('sequence', table, 'pg_class c join pg_namespace n on n.oid = c.relnamespace', 'c.relacl', 's', 'c.relowner')}
  and c.relkind = 'S' group by a.grantee, n.nspname, c.relname`;
const columnRights = `
select 'rights of ' || case a.grantee when 0 then 'public' else quote_ident(${owner('a.grantee')}) end || ' on column ' || ${table} || '.' || quote_ident(t.attname),
  string_agg(lower(a.privilege_type), ', ' order by a.privilege_type)
from pg_attribute t join pg_class c on c.oid = t.attrelid join pg_namespace n on n.oid = c.relnamespace cross join lateral aclexplode(t.attacl) a
where ${user} and t.attnum > 0 and not t.attisdropped and not c.relispartition group by a.grantee, n.nspname, c.relname, t.attname`;
const functionRights = `${rights('function', signature, 'pg_proc p join pg_namespace n on n.oid = p.pronamespace', 'p.proacl', 'f', 'p.proowner')}
  and ${ofNoExtension('pg_proc', 'p.oid')} group by a.grantee, n.nspname, p.oid, p.proname`;
const schemaRights = `${rights('schema', 'quote_ident(n.nspname)', 'pg_namespace n', 'n.nspacl', 'n', 'n.nspowner')}
  group by a.grantee, n.nspname`;

// our comments contain the hash of a definition, or name the owner of an object
const comments = `
select 'comment on ' || pg_describe_object(d.classoid, d.objoid, d.objsubid), d.description
from pg_description d where d.description like 'tenantry%'`;

/** Every query returns a title and a definition. */
export const queries: readonly string[] = [
  relations,
  columns,
  constraints,
  indexes,
  policies,
  triggers,
  functions,
  types,
  relationRights,
  sequenceRights,
  columnRights,
  functionRights,
  schemaRights,
  comments,
];
