import { type Tenancy, TenantryError } from '@tenantry/core';
import { tenantryErrorOf } from '@tenantry/core/adapter';
import {
  ddl,
  name,
  type Queryable,
  runStatement,
  type SqlStatement,
  statement,
} from '@tenantry/core/sql';

/** For which tenant, where the transaction does not say it: in a system scope. */
export interface ForTenant {
  /** The tenant; only inside `tenancy.asSystem`. The tenant of the scope when left out. */
  readonly tenantId?: string | undefined;
}

/** `select tenantry.<fn>(…)`, which is one round trip on a pool and part of a transaction on `tx`. */
export async function call<R>(db: Queryable, fn: string, args: readonly unknown[]): Promise<R> {
  try {
    const [row] = await runStatement<{ answer: R }>(db, callOf(fn, args));
    return row?.answer as R;
  } catch (error) {
    throw named(error);
  }
}

/** Errors of the server about what it was given, by a code of ours; others as they are. */
function named(error: unknown): unknown {
  // Drizzle wraps what its driver throws
  const known = tenantryErrorOf(error);
  if (known !== undefined) return known;
  const { code, cause } = error as { code?: unknown; cause?: { code?: unknown } };
  const state = String(code ?? cause?.code ?? '');
  // the foreign key to the table of tenants is the only one of these tables
  if (state === '23503') return new TenantryError('TENANT_NOT_FOUND', { cause: error });
  if (!/^2[23]...$/.test(state)) return error;
  return new TenantryError('USAGE_INVALID', {
    found: `a value that the database refuses (SQLSTATE ${state})`,
    cause: error,
  });
}

/** The same for a tenant: the function for the scope's, or the one of the system role for a named one. */
export function callFor<R>(
  tenancy: Tenancy,
  db: Queryable,
  fn: string,
  args: readonly unknown[],
  { tenantId }: ForTenant = {},
): Promise<R> {
  return tenantId === undefined
    ? call(db, fn, args)
    : call(db, `${fn}_of`, [tenancy.parseId(tenantId), ...args]);
}

function callOf(fn: string, args: readonly unknown[]): SqlStatement {
  const pieces = args.flatMap((arg, i) => (i === 0 ? [arg] : [{ sql: ', ' }, arg]));
  const texts = ['select ', '(', ...pieces.map(() => ''), ') as answer'];
  if (pieces.length === 0) texts.splice(1, 2, '() as answer');
  else texts.splice(2, 1);
  const template = Object.assign(texts, { raw: texts }) as unknown as TemplateStringsArray;
  return statement(template, ddl`tenantry.${name(fn)}`, ...pieces);
}
