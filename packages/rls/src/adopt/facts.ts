import type { IndexFacts, ViewFacts } from '../doctor/catalogue/model.ts';
import { viewsSql } from '../doctor/catalogue/sql/code.ts';
import { indexesSql } from '../doctor/catalogue/sql/indexes.ts';
import type { LivePolicy, LiveTable } from '../model/live.ts';
import { readCatalogue } from '../model/read-catalogue.ts';
import { pathOf } from '../model/table.ts';
import { type AdoptConnection, rowsOf } from './connection.ts';
import { type UpdateTrigger, updateTriggersSql } from './update-triggers.ts';

/** What adoption knows of a database: its catalogue, and no row of a table. */
export interface Facts {
  readonly tables: readonly LiveTable[];
  readonly policies: readonly LivePolicy[];
  readonly indexes: readonly IndexFacts[];
  readonly views: readonly ViewFacts[];
  readonly triggers: readonly UpdateTrigger[];
  /** What the common catalogue does not tell, by `public.projects`. */
  readonly more: ReadonlyMap<string, MoreFacts>;
  readonly login: string;
  /** Whether policies bind the login, also those of tables that it owns under FORCE. */
  readonly isBound: boolean;
  /** Whether the login may switch the triggers of others off for its own transaction. */
  readonly maySilence: boolean;
}

/** More facts of a table. */
export interface MoreFacts {
  readonly table: string;
  /** Whether the login is the owner, or a member of it. */
  readonly owned: boolean;
  /** Columns whose default is a sequence that belongs to them. */
  readonly serials: readonly string[];
  /** The default of each column that has one, as SQL. */
  readonly defaults: Readonly<Record<string, string>>;
  /** The publications that send its rows with all columns. */
  readonly publications: readonly string[];
  /** Whether other tables inherit from it without being partitions. */
  readonly inherited: boolean;
}

const moreSql = `
select n.nspname || '.' || c.relname as "table",
  pg_catalog.pg_has_role(current_user, c.relowner, 'usage') as owned,
  array(select a.attname::text from pg_catalog.pg_depend d
    join pg_catalog.pg_class s on s.oid = d.objid and s.relkind = 'S'
    join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum = d.refobjsubid
    where d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass and d.refobjid = c.oid and d.deptype = 'a') as serials,
  coalesce((select pg_catalog.jsonb_object_agg(a.attname, pg_catalog.pg_get_expr(f.adbin, f.adrelid))
    from pg_catalog.pg_attrdef f join pg_catalog.pg_attribute a on a.attrelid = f.adrelid and a.attnum = f.adnum
    where f.adrelid = c.oid), '{}') as defaults,
  array(select p.pubname::text from pg_catalog.pg_publication p where p.puballtables
    or exists (select from pg_catalog.pg_publication_rel r where r.prpubid = p.oid and r.prrelid = c.oid and r.prattrs is null)
    or exists (select from pg_catalog.pg_publication_namespace r where r.pnpubid = p.oid and r.pnnspid = c.relnamespace) order by 1) as publications,
  c.relkind = 'r' and exists (select from pg_catalog.pg_inherits i where i.inhparent = c.oid) as inherited
from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'p', 'f') and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'`;

const loginSql = `
select current_user::text as login, (select rolsuper from pg_catalog.pg_roles where rolname = current_user)
  or pg_catalog.has_parameter_privilege('session_replication_role', 'set') as "maySilence",
  (select not rolsuper and not rolbypassrls from pg_catalog.pg_roles where rolname = current_user) as "isBound"`;

/**
 * Reads the catalogue of a database for {@link planAdoption}.
 *
 * Emits a dozen queries over `pg_catalog`.
 * @param role the role that will serve tenants; it need not exist yet
 */
export async function readFacts(connection: AdoptConnection, role: string): Promise<Facts> {
  const query = <R>(text: string, values: unknown[] = []) => rowsOf<R>(connection, text, values);
  const { tables, policies } = await readCatalogue((text, values) => query(text, values), role);
  const more = await query<MoreFacts>(moreSql);
  const [login] = await query<Pick<Facts, 'login' | 'maySilence' | 'isBound'>>(loginSql);
  return {
    tables,
    policies,
    indexes: await query<IndexFacts>(indexesSql),
    views: await query<ViewFacts>(viewsSql, [role]),
    triggers: await query<UpdateTrigger>(updateTriggersSql),
    more: new Map(more.map((each) => [each.table, each])),
    login: login?.login ?? '',
    maySilence: login?.maySilence ?? false,
    isBound: login?.isBound ?? true,
  };
}

/** A table by `public.projects`. */
export const findTable = (facts: Facts, path: string): LiveTable | undefined =>
  facts.tables.find((table) => pathOf(table) === path);

/** The columns of its primary key; none without one. */
export const keyOf = (table: LiveTable): readonly string[] =>
  table.keys.find(({ kind }) => kind === 'primary')?.columns ?? [];
