import { TenantryError } from '../errors/index.ts';
import type { ExemptionMatcher } from '../exemptions.ts';
import type { Tenancy } from '../tenancy/tenancy.ts';
import { type AlsoRead, type Findings, type FoundTable, readFindings } from './findings.ts';
import type { PooledSession } from './pooled-session.ts';

/** A danger that an operator may accept by name. */
export type AcceptedDanger = 'login-bypasses-rls' | 'table-not-isolated';

/** Receives the warnings of a pool; `console` is one. */
export interface PoolLogger {
  warn(message: string): void;
}

/** The input of the start check. */
export interface StartCheck {
  readonly tenancy: Tenancy;
  /** Whether this login serves tenants, does system work, or both. */
  readonly serves: readonly ('app' | 'system')[];
  readonly accept: readonly AcceptedDanger[];
  /** Tables that belong to other libraries. */
  readonly exempt: ExemptionMatcher;
  readonly logger: PoolLogger;
}

/** Reads roles, functions and tables, and `also` in the same round trip. */
export async function readDatabase(
  session: PooledSession,
  { tenancy: { roles, schema, dialect } }: StartCheck,
  also?: AlsoRead,
): Promise<Findings> {
  const found = await readFindings(
    session,
    [roles.app, roles.system, schema, String(dialect !== 'citus')],
    also,
  );
  // a pooler reports its own process ids
  session.statements.pooled = found.pid !== session.client.processID;
  return found;
}

/**
 * Refuses a database or a login with which row-level security would not be enforced.
 * @throws TenantryError `ROLE_MISSING`, `ROLE_BYPASSES_RLS`, `LOGIN_BYPASSES_RLS`,
 * `DATABASE_NOT_PREPARED`, `TABLE_NOT_ISOLATED`
 */
export function checkDatabase(found: Findings, check: StartCheck): void {
  const { system } = check.tenancy.roles;
  if (check.serves.includes('app')) refuseApp(found, check);
  if (
    check.serves.includes('system') &&
    found.system_state === 'missing' &&
    !check.serves.includes('app')
  ) {
    throw new TenantryError('ROLE_MISSING', { found: `no role ${system}` });
  }
}

function refuseApp(found: Findings, { tenancy, accept, exempt, logger, serves }: StartCheck): void {
  const { app, system } = tenancy.roles;
  switch (found.app_state) {
    case 'missing':
      throw new TenantryError('ROLE_MISSING', { found: `no role ${app}` });
    case 'not-granted':
      throw new TenantryError('ROLE_MISSING', {
        found: `login ${found.login} is not a member of ${app}`,
        fix: `Run: grant ${app} to ${found.login};`,
      });
    case 'bypasses':
      throw new TenantryError('ROLE_BYPASSES_RLS', {
        found: `role ${app} is a superuser or has BYPASSRLS`,
        fix: `Run: alter role ${app} nosuperuser nobypassrls;`,
      });
    case 'is-system':
      throw new TenantryError('ROLE_BYPASSES_RLS', {
        found: `role ${app} is a member of ${system}, whom policies show all tenants`,
        fix: `Run: revoke ${system} from ${app};`,
      });
  }
  const ofTenants = (tables: FoundTable[]) =>
    tables.filter(([schema, name]) => exempt.find(schema, name) === undefined);
  if (ofTenants(found.app_owns).length > 0) {
    throw new TenantryError('ROLE_BYPASSES_RLS', {
      found: `role ${app} owns tables that it reads, and an owner can switch policies off`,
      fix: `Let the migrating login own the tables: alter table … owner to …;`,
    });
  }
  refuseDialect(ofTenants(found.distributed), found.has_citus, tenancy);
  if (!found.prepared) throw new TenantryError('DATABASE_NOT_PREPARED');
  if (found.strange_owners.length > 0) {
    throw new TenantryError('DATABASE_NOT_PREPARED', {
      found: `${found.strange_owners.join('; ')}: with that owner nobody can enter, as after a restore by another login`,
      fix: 'Run `npx tenantry doctor --fix`, or restore as the guide Back up and restore shows.',
    });
  }
  const open = ofTenants(found.open_tables);
  if (open.length > 0) {
    const error = new TenantryError('TABLE_NOT_ISOLATED', {
      found: named(open),
      fix: "Add ...isolate(t) to the table, or declare it global, then run `npx tenantry generate` and your migrations; a table of another library: createTenantPool(tenancy, { exempt: { 'pgboss.*': 'the queue' } }).",
    });
    if (!accept.includes('table-not-isolated')) throw error;
    logger.warn(error.message);
  }
  const owns = ofTenants(found.login_owns).length > 0;
  const dangers = [...found.login_dangers, ...(owns ? ['owns tables of tenants'] : [])];
  if (dangers.length > 0 && !accept.includes('login-bypasses-rls')) {
    const error = new TenantryError('LOGIN_BYPASSES_RLS', {
      found: `login ${found.login} ${dangers.join(', ')}`,
      ...(serves.includes('system') && {
        fix: `Use a login that is only a member of ${app}, and a second one for system: { connectionString }; or accept: ['login-bypasses-rls'].`,
      }),
    });
    if (process.env.NODE_ENV === 'production') throw error;
    logger.warn(`${error.message} Accepted outside production.`);
  }
}

/** Policies of the other dialect would show no row, or, made for one server, those of every tenant. */
function refuseDialect(distributed: FoundTable[], hasCitus: boolean, { dialect }: Tenancy): void {
  if (dialect === 'citus' ? hasCitus : distributed.length === 0) return;
  throw new TenantryError(
    'DATABASE_NOT_PREPARED',
    dialect === 'citus'
      ? {
          found: 'a database without the extension citus, for a tenancy of dialect citus',
          fix: 'Connect to the cluster, or leave dialect out.',
        }
      : {
          found: `${named(distributed)} on the workers of Citus, for a tenancy of dialect postgres`,
          fix: "Say so, defineTenancy({ …, dialect: 'citus' }), then run `npx tenantry generate` and your migrations.",
        },
  );
}

const named = (tables: FoundTable[]) =>
  tables
    .slice(0, 10)
    .map(([, , quoted]) => quoted)
    .join(', ');
