import type pg from 'pg';

/** Who a statement runs as. */
export interface Context {
  readonly role: string;
  readonly setting: string;
  readonly tenant: string;
}

export const asTenant = (tenant: string): Context => ({
  role: 'app',
  setting: 'app.organization_id',
  tenant,
});

/** Sets role and tenant for the rest of the transaction. */
export async function setContext(client: pg.Client, context: Context): Promise<void> {
  await client.query("select set_config('role', $1, true), set_config($2, $3, true)", [
    context.role,
    context.setting,
    context.tenant,
  ]);
}

/** One transaction with a context, as the pool opens it: both settings are local to it. */
export async function inContext<R>(
  client: pg.Client,
  context: Context,
  fn: () => Promise<R>,
): Promise<R> {
  return inTransaction(client, async () => {
    await setContext(client, context);
    return fn();
  });
}

/** One transaction as the system role. */
export const asSystem = <R>(client: pg.Client, fn: () => Promise<R>): Promise<R> =>
  inTransaction(client, async () => {
    await client.query("select set_config('role', 'system', true)");
    return fn();
  });

/** One transaction, rolled back when `fn` throws. */
export async function inTransaction<R>(client: pg.Client, fn: () => Promise<R>): Promise<R> {
  await client.query('begin');
  try {
    const result = await fn();
    await client.query('commit');
    return result;
  } catch (error) {
    await client.query('rollback');
    throw error;
  }
}

/** Runs `fn` in a transaction and takes everything back, the schema changes of a control included. */
export async function undone<R>(client: pg.Client, fn: () => Promise<R>): Promise<R> {
  await client.query('begin');
  try {
    return await fn();
  } finally {
    await client.query('rollback');
  }
}

/** The SQLSTATE that a promise is rejected with; `none` when it is not. */
export const sqlState = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'none',
    (error: { code?: string; message: string }) => error.code ?? error.message,
  );
