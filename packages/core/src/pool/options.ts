import type pg from 'pg';
import { check, checkType } from '../errors/index.ts';
import { type ExemptionMatcher, type Exemptions, exemptionMatcher } from '../exemptions.ts';
import type { PoolPlacements } from '../placement/pool-placements.ts';
import { checkTenancy } from '../tenancy/check-tenancy.ts';
import type { Tenancy } from '../tenancy/tenancy.ts';
import { type Connecting, readConnecting } from './connection-options.ts';
import type { AcceptedDanger, PoolLogger } from './start-check.ts';
import {
  type ResolvedWitness,
  readWitness,
  type WitnessMode,
  type WitnessOptions,
} from './witness/options.ts';

/** Options of a tenant pool: those of `pg.Pool` and its own. */
export interface TenantPoolOptions extends pg.PoolConfig {
  /**
   * How `asSystem` connects. With a login of its own, SQL that is injected into a tenant's statement
   * cannot become the system role. Default: the connections of this pool.
   */
  readonly system?: pg.PoolConfig;
  /**
   * How many prepared statements a connection keeps, 1 to 10,000; each takes 17 to 25 KiB in the backend.
   * `false` for PgBouncer before 1.21 in transaction mode. Default: 256.
   */
  readonly preparedStatements?: number | false;
  /**
   * How long a prepared statement is used before the server parses its text again, in milliseconds, 1 to
   * 3,600,000. The server keeps the parameter types of the first Parse. After a migration that changes
   * the type of a column, a statement can read its values as the old type for this long. Default: 1000.
   */
  readonly maxStatementAgeMs?: number;
  /** Dangers that the start check reports and that you accept, by name. Default: none. */
  readonly accept?: readonly AcceptedDanger[];
  /**
   * Tables of other libraries that the start check ignores, each with the reason:
   * `{ 'pgboss.*': 'the queue' }`. Pass the list of `tenantry.config.ts`, which `doctor` reads.
   * Default: none.
   */
  readonly exempt?: Exemptions;
  /**
   * The secret that signs the context, at least 32 characters; required with
   * `defineTenancy({ context: 'signed' })`. Default: none.
   */
  readonly contextSecret?: string;
  /**
   * Compares the tenant column of each row that comes back with the tenant of the scope. `enforce`: a row
   * of another tenant is an error (`TENANT_ROW_FOREIGN`), no row reaches the caller, and the connection is
   * destroyed. `observe`, for an application that is being adopted: such rows are counted, see
   * `pool.observed()`; policies, roles and scopes may be missing. Default: 'enforce'.
   */
  readonly witness?: WitnessMode | WitnessOptions;
  /**
   * Where tenants live that have a database of their own; `definePlacements` of @tenantry/placements
   * makes it. Default: all tenants share the tables of one database.
   */
  readonly placements?: PoolPlacements;
  /** Receives warnings. Default: console. */
  readonly logger?: PoolLogger;
}

/** The options, checked and completed. */
export interface ResolvedOptions {
  readonly app: Connecting;
  readonly system: Connecting | undefined;
  readonly maxStatements: number;
  readonly maxStatementAgeMs: number;
  readonly accept: readonly AcceptedDanger[];
  readonly exempt: ExemptionMatcher;
  readonly contextSecret: string | undefined;
  readonly witness: ResolvedWitness;
  readonly placements: PoolPlacements | undefined;
  readonly logger: PoolLogger;
}

/** Checks and completes options. @throws TenantryError `CONFIG_INVALID` */
export function readOptions(tenancy: Tenancy, options: TenantPoolOptions): ResolvedOptions {
  checkTenancy(tenancy, 'createTenantPool');
  checkType(options, 'object', 'options of createTenantPool');
  const {
    system,
    preparedStatements = 256,
    maxStatementAgeMs = 1000,
    accept = [],
    exempt,
    contextSecret,
    witness,
    placements,
    logger = console,
    ...app
  } = options;
  const maxStatements = preparedStatements === false ? 0 : preparedStatements;
  check(
    Number.isInteger(maxStatements) && maxStatements >= 0 && maxStatements <= 10_000,
    'option preparedStatements',
    'Use a number from 1 to 10000, or false.',
  );
  check(
    typeof maxStatementAgeMs === 'number' &&
      maxStatementAgeMs >= 1 &&
      maxStatementAgeMs <= 3_600_000,
    'option maxStatementAgeMs',
    'Use milliseconds from 1 to 3600000.',
  );
  check(
    tenancy.context !== 'signed' ||
      (typeof contextSecret === 'string' && contextSecret.length >= 32),
    'option contextSecret',
    'A signed context needs a secret of at least 32 random characters.',
  );
  return {
    app: readConnecting(app, ''),
    system: system === undefined ? undefined : readConnecting(system, 'system.'),
    maxStatements,
    maxStatementAgeMs,
    accept,
    exempt: exemptionMatcher(exempt, tenancy.schema),
    contextSecret,
    witness: readWitness(witness),
    placements,
    logger,
  };
}
