import type { DeclaredTable, TableName } from '@tenantry/rls/model';
import { TenantryError } from '../errors.ts';
import { identifier } from '../sql/client.ts';
import { asSystem } from './system.ts';
import type { IsolationRun } from './types.ts';

/** Where a tenant lives. */
export interface Home {
  /** Undefined for the shared tables. */
  readonly place: string | undefined;
  /** Whether it is another database than that of the shared tables. */
  readonly isElsewhere: boolean;
  /** In which its names without a schema are looked up. */
  readonly path: string;
  /** The schema of a table there: another than the declared one in a schema of a tenant. */
  schemaOf(table: TableName): string;
  /** Refuses a tenant that lives elsewhere. */
  assertOf(tenant: string): Promise<void>;
}

/** Where the two tenants live. */
export interface Homes {
  readonly attacker: Home;
  readonly victim: Home;
}

interface Look {
  readonly path: string;
  readonly database: string;
  /** The schemas in which the names are found, in their order. */
  readonly schemas: readonly (string | null)[];
}

const lookSql = `select current_setting('search_path') as path,
  current_database() || ' ' || pg_catalog.pg_postmaster_start_time() as database,
  array(select (select relnamespace::regnamespace::text from pg_catalog.pg_class where oid = pg_catalog.to_regclass(name))
    from pg_catalog.unnest($1::text[]) with ordinality n(name, i) order by i) as schemas`;

/** The schema of tables that are declared without one. */
const declaredSchema = 'public';

/**
 * Reads where the two tenants live. A place in the shared database is a schema: there the names of tables lead
 * to other tables.
 * @throws TenantryError `CONFIG_INVALID` for two places that no statement connects
 */
export async function readHomes(
  options: IsolationRun,
  declared: readonly DeclaredTable[],
): Promise<Homes> {
  const { place, attackerPlace = place ?? null } = options;
  const names = declared.flatMap(({ schema, name }) => (schema === declaredSchema ? name : []));
  const quoted = [names.map(identifier)];
  const look = (at: string | undefined): Promise<Look> =>
    asSystem({ ...options, place: at }, 'places of an isolation test', async (client) => {
      const { rows } = await client.query(lookSql, quoted);
      return rows[0];
    });
  const shared = await look(undefined);
  const homeAt = async (at: string | undefined) => {
    const there = at === undefined ? shared : await look(at);
    const isElsewhere = there.database !== shared.database;
    const follows = at !== undefined && !isElsewhere;
    const schemas = new Map(names.map((name, i) => [name, there.schemas[i] ?? declaredSchema]));
    const home: Home = {
      place: at,
      isElsewhere,
      path: there.path,
      schemaOf: ({ schema, name }) =>
        follows && schema === declaredSchema ? (schemas.get(name) ?? schema) : schema,
      async assertOf(tenant) {
        const { rows } = await options.tenancy.run(tenant, () =>
          options.pool.query(lookSql, quoted),
        );
        const seen: Look = rows[0];
        if (seen.database === there.database && String(seen.schemas) === String(there.schemas))
          return;
        throw new TenantryError('CONFIG_INVALID', {
          found: `expectIsolated with a tenant that does not live in ${at ?? 'the shared tables'}.`,
          fix: 'Let prepare give it its place: (organizationId, place) => place && placements.place(pool, { organizationId, place }).',
        });
      },
    };
    return { home, database: there.database };
  };
  const victim = await homeAt(place);
  const other = attackerPlace ?? undefined;
  const attacker = other === place ? victim : await homeAt(other);
  if (attacker.database !== victim.database) {
    throw new TenantryError('CONFIG_INVALID', {
      found: `expectIsolated with an attacker in ${other ?? 'the shared tables'} and another database to attack, which none of its statements reaches.`,
      fix: 'Leave attackerPlace out, or name a schema of the database that is attacked.',
    });
  }
  return { attacker: attacker.home, victim: victim.home };
}
