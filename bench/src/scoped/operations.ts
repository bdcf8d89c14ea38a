import type { Operation } from '../lib/window.ts';
import { samples } from './samples.ts';
import { rowsPerTenant, tenantCount } from './schema.ts';

/** What each variant does, as in an application. */
export const operationNames = [
  'point',
  'list',
  'insert',
  'update',
  'count',
  'transaction',
  'batch',
  'error',
] as const;
export type OperationName = (typeof operationNames)[number];

/** What only our own side is asked. */
type OwnOperation = 'scan' | 'insert-check' | 'insert-default' | 'bulk' | 'bulk-helper' | 'tenants';

/** What an operation means, for whoever reads the table. */
export const operationTitles: Readonly<Record<OperationName | OwnOperation, string>> = {
  point: 'one row by its id',
  list: 'the first 50 rows of a tenant by id',
  insert: 'one row, returning its id',
  update: 'one column of one row',
  count: 'all 1,000 rows of a tenant',
  transaction: 'point, update and insert in one transaction',
  batch: 'point, list and count; by hand one after the other',
  error: 'an insert that violates the primary key',
  scan: 'all million rows read, those of one tenant counted',
  'insert-check': '1,000 rows in one statement that names the tenant column',
  'insert-default': 'the same, the tenant column left to its default',
  bulk: '1,000 rows as two arrays in raw SQL, through the pools',
  'bulk-helper': '1,000 rows in Drizzle: bulkInsert to a hand-written unnest',
  tenants: 'point reads of 10,000 tenants, to those of 100, in tables of the same size',
};

/** The operations of a variant, ready to run. */
export interface OpenVariant {
  readonly operations: Readonly<Record<OperationName, Operation>>;
  /** How many connections were closed because of an error so far. */
  destroyed(): number;
  end(): Promise<void>;
}

/** Where the logins connect. */
export type UrlOf = (login: string) => string;

/** A way to send statements for a tenant. */
export interface Variant {
  readonly name: string;
  /** `max` is the size of its pool, the concurrency it will be used with. */
  open(url: UrlOf, max: number): Promise<OpenVariant>;
}

/** Reads are for the first half of the tenants, so that what is written does not slow them. */
export const readSample = samples(1, tenantCount / 2, rowsPerTenant);
export const writeSample = samples(tenantCount / 2 + 1, tenantCount, rowsPerTenant);

/** A pool stays open and warm for the whole measurement. */
export const poolSize = (max: number) => ({ max, idleTimeoutMillis: 0 });

/** Runs an operation that has to end with a unique violation. */
export async function violates(statement: Promise<unknown>): Promise<void> {
  const error = await statement.then(
    () => undefined,
    (reason: { code?: string; cause?: { code?: string } }) => reason,
  );
  if (error?.code !== '23505' && error?.cause?.code !== '23505') {
    throw new Error('expected a unique violation', { cause: error });
  }
}
