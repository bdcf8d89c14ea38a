import type pg from 'pg';
import { TenantryError } from '../errors/index.ts';

/** How a transaction runs. */
export interface TransactionOptions {
  /** The isolation level. Default: that of the database, usually `read committed`. */
  readonly isolationLevel?: 'read committed' | 'repeatable read' | 'serializable';
  /** Refuse writes. Default: false. */
  readonly readOnly?: boolean;
}

const levels: readonly unknown[] = ['read committed', 'repeatable read', 'serializable'];

/** Runs `fn` between BEGIN and COMMIT on its own client; an error rolls back. */
export async function runTransaction<R>(
  connect: () => Promise<pg.PoolClient>,
  fn: (tx: pg.PoolClient) => R | Promise<R>,
  options: TransactionOptions = {},
): Promise<R> {
  const begin = beginOf(options);
  const client = await connect();
  try {
    await client.query(begin);
    const result = await fn(client);
    await client.query('commit');
    client.release();
    return result;
  } catch (error) {
    // a connection that cannot roll back is destroyed
    const broken = await client.query('rollback').then(
      () => undefined,
      (failure: Error) => failure,
    );
    client.release(broken);
    throw error;
  }
}

function beginOf({ isolationLevel, readOnly = false }: TransactionOptions): string {
  if (isolationLevel !== undefined && !levels.includes(isolationLevel)) {
    throw new TenantryError('CONFIG_INVALID', {
      found: 'isolationLevel of a transaction that PostgreSQL does not have.',
      fix: `Use one of: ${levels.join(', ')}.`,
    });
  }
  const level = isolationLevel === undefined ? '' : ` isolation level ${isolationLevel}`;
  return `begin${level}${readOnly ? ' read only' : ''}`;
}
