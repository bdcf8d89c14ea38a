import { type Tenancy, TenantryError } from '@tenantry/core';
import { fenceClass, name, textInSchema } from '@tenantry/core/sql';
import { pathOf } from '@tenantry/rls/model';
import { notOnCitus } from '../../on-citus.ts';
import { type TenantTable, tenantTables } from '../../rows/index.ts';
import { type Session, textRows } from '../client.ts';
import { isCluster, setValues } from '../on-cluster.ts';
import { permitOf } from '../permit.ts';
import { type WorkAs, writingRoles } from '../writing-roles.ts';
import {
  type Certificate,
  certificateOf,
  type KeptCertificate,
  keepCertificate,
} from './certificate.ts';
import { deleteRows } from './delete-rows.ts';
import { deletePeople, lockPeople } from './people.ts';

/** What {@link eraseTenant} takes. */
export interface EraseOptions {
  readonly tenancy: Tenancy;
  readonly tenant: string;
  /** Who erases, for the certificate. */
  readonly by: string;
  /** Whether people who are linked to no other tenant are erased too. Default: false. */
  readonly people?: boolean;
  /** Signs the certificate. Default: none, the certificate is chained to the one before it alone. */
  readonly key?: string | undefined;
  readonly progress?: (what: string) => void;
}

/**
 * Deletes every row of a tenant in one database, in one transaction: also those that triggers write while
 * others are deleted, the audit log last. Keys of other tables are checked by the server. Afterwards it
 * counts, and a certificate says what was there.
 *
 * @param session outside a transaction, as the login that migrates; the tenant is suspended
 * @returns the certificate; that of an earlier call, when nothing is left
 * @throws TenantryError `TENANT_ON_HOLD`, `TENANT_REFERENCED`, `TENANT_ROWS_HIDDEN`, `ERASE_INCOMPLETE`
 */
export async function eraseTenant(
  session: Session,
  { tenancy, tenant, by, people = false, key, progress = () => {} }: EraseOptions,
): Promise<KeptCertificate | undefined> {
  const { schema } = tenancy;
  try {
    await session.query('begin isolation level read committed');
    const cluster = await isCluster(session, tenancy);
    if (cluster && people)
      throw notOnCitus(
        '--people',
        'Erase the tenant without it, and people who are left by a statement of yours.',
      );
    await setValues(session, cluster);
    await session.query('set constraints all deferred');
    await session.query(`select pg_advisory_xact_lock(${fenceClass}, hashtext($1))`, [tenant]);
    await refuseHeld(session, schema, tenant);
    const { tables } = await tenantTables(session, tenancy);
    const workAs = await writingRoles(session, tables, tenancy, 'DELETE');
    const found = await describe(session, workAs, tables, tenant);
    const going = people ? await lockPeople(session, workAs, tables, tenant) : [];
    await workAs('login');
    await permit(session, tenancy, tenant, true);
    await deleteRows(session, workAs, inOrder(tables, schema), tenant, progress);
    const gone = await deletePeople(session, workAs, going, tenant);
    await workAs('login');
    await permit(session, tenancy, tenant, false);
    await refuseLeft(session, workAs, tables, tenant);
    await workAs('login');
    const certificate: Certificate = {
      tenant,
      erasedAt: new Date().toISOString(),
      erasedBy: by,
      tables: [...found, ...gone].filter(({ rows }) => rows > 0),
    };
    if (certificate.tables.length > 0) await keepCertificate(session, schema, certificate, key);
    const kept = await certificateOf(session, schema, tenant);
    await session.query('commit');
    return kept;
  } catch (error) {
    await session.query('rollback').catch(() => {});
    throw explained(error);
  }
}

/** Children first; the tables of the packages after those whose triggers write them, the log last. */
const inOrder = (tables: readonly TenantTable[], schema: string): TenantTable[] => {
  const rank = (table: TenantTable) => (table.appendOnly ? 2 : table.schema === schema ? 1 : 0);
  return tables
    .filter(({ belonging }) => belonging !== 'person')
    .reverse()
    .sort((a, b) => rank(a) - rank(b));
};

async function describe(
  session: Session,
  workAs: WorkAs,
  tables: readonly TenantTable[],
  tenant: string,
): Promise<Certificate['tables']> {
  const found = [];
  for (const table of tables) {
    if (table.belonging === 'person') continue;
    await workAs(table);
    const hash = "sha256(convert_to(t::text, 'UTF8'))";
    const [row] = await textRows(
      session,
      `select count(*), encode(sha256(coalesce(string_agg(${hash}, ''::bytea order by ${hash}), '')), 'hex')
       from ${table.from} where ${table.condition}`,
      [tenant],
    );
    found.push({ table: pathOf(table), rows: Number(row?.[0]), sha256: row?.[1] ?? '' });
  }
  return found;
}

/** A hold says that the log has to be kept. */
async function refuseHeld(session: Session, schema: string, tenant: string): Promise<void> {
  const own = (text: string) => textInSchema(schema, text);
  const there = 'select to_regclass($name$tenantry.audit_holds$name$)::text';
  if ((await textRows(session, own(there)))[0]?.[0] == null) return;
  const held = await textRows(
    session,
    own('select 1 from tenantry.audit_holds where tenant::text = $1 and released_at is null'),
    [tenant],
  );
  if (held.length > 0)
    throw new TenantryError('TENANT_ON_HOLD', { found: 'a hold on its audit log.' });
}

/** The audit log lets a transaction delete entries that has a permit, which only its owner can write. */
async function permit(
  session: Session,
  tenancy: Tenancy,
  tenant: string,
  allowed: boolean,
): Promise<void> {
  const permitting = await permitOf(session, tenancy);
  if (permitting !== undefined)
    await session.query(permitting.text, permitting.values(tenant, allowed));
}

async function refuseLeft(
  session: Session,
  workAs: WorkAs,
  tables: readonly TenantTable[],
  tenant: string,
): Promise<void> {
  for (const table of tables) {
    await workAs(table);
    const left = await textRows(
      session,
      `select 1 from ${table.from} where ${table.condition} limit 1`,
      [tenant],
    );
    if (left.length > 0)
      throw new TenantryError('ERASE_INCOMPLETE', { found: `rows in ${pathOf(table)}.` });
  }
}

/** The message of the server names constraints, its detail the values of a row. */
function explained(error: unknown): unknown {
  const { code, constraint, table } = error as Record<string, string | undefined>;
  if (code !== '23503' && code !== '23001') return error;
  return new TenantryError('TENANT_REFERENCED', {
    found: `a row of ${table ?? 'another table'} by ${name(constraint ?? '').sql}.`,
  });
}
