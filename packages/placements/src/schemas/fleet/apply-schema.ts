import type pg from 'pg';
import {
  type Applied,
  type ApplyOptions,
  refuseTransactions,
  retrying,
} from '../../migrate/apply.ts';
import { type Compared, compare } from '../../migrate/compare.ts';
import { drifted } from '../../migrate/failure.ts';
import type { Migration } from '../../migrate/folder.ts';
import { runMigration } from '../../migrate/script.ts';
import { grantUsage } from '../add-schema.ts';
import { align } from '../align.ts';
import { shared } from '../names.ts';
import { differences, readObjects } from '../objects.ts';
import type { Asking } from '../table-object.ts';
import { fingerprintOf } from './fingerprint.ts';
import { addSchemaRows, holdSchema, readSchemaLedger } from './ledger.ts';
import { planFor } from './plan.ts';
import type { SchemaRun } from './schema-run.ts';

/** A place that is a schema of the shared database. */
export interface SchemaPlace {
  readonly name: string;
  readonly mark: string;
  readonly schema: string;
}

/** What is to do in a schema; it changes nothing. */
export const lookAtSchema = async (
  client: pg.ClientBase,
  { tenancy }: SchemaRun,
  { name }: SchemaPlace,
  { folder }: Pick<ApplyOptions, 'folder'>,
): Promise<Compared> => compare(folder, await readSchemaLedger(client, tenancy, name));

/**
 * Brings what is pending to a schema, after the shared tables have it, in one transaction with its rows in
 * the ledger. First the statements of the migrations that are for its tables run, so rows change as those of the
 * shared tables did; then the tables are compared with the shared ones, and made equal in what holds no rows. What
 * is still unlike takes everything back.
 *
 * @throws StatementFailed, TenantryError `MIGRATION_DRIFT`, `MIGRATION_FAILED`, `PLACE_UNALIKE`, `PLACE_UNFIT`
 */
export const applyToSchema = (
  client: pg.Client,
  run: SchemaRun,
  place: SchemaPlace,
  options: ApplyOptions,
): Promise<Applied> =>
  retrying(client, options.tries, async () => {
    const { folder } = options;
    await client.query(`begin isolation level read committed; set local lock_timeout = '50ms'`);
    const { ledger, tables } = await holdSchema(client, run.tenancy, place);
    const { pending, drift } = compare(folder, ledger);
    if (pending.length === 0) {
      await client.query('rollback');
      return { ran: [], drift };
    }
    if (drift.length > 0 && !options.acceptDrift) throw drifted(drift);
    refuseTransactions(pending);
    // without a ledger nobody knows what it has had: it has to be like the shared tables
    const isSame =
      ledger.rows.length > 0 && (await runStatements(client, run, { place, tables, pending }));
    await equalize(client, run, place, isSame);
    await addSchemaRows(client, run.tenancy, place, {
      ran: pending,
      folder: drift.length === 0 ? folder.fingerprint : undefined,
    });
    await client.query('commit');
    return { ran: pending.map(({ name }) => name), drift };
  });

/** @returns whether nothing else in the migrations is about these tables */
async function runStatements(
  client: pg.Client,
  run: SchemaRun,
  {
    place: { schema },
    tables,
    pending,
  }: {
    readonly place: SchemaPlace;
    readonly tables: readonly string[];
    readonly pending: readonly Migration[];
  },
): Promise<boolean> {
  const { tables: shared } = await run.wanted(client);
  const names = new Set([...tables, ...shared]);
  let isSame = true;
  for (const migration of pending) {
    const { statements, isWhole } = planFor(migration, names);
    if (!isWhole) isSame = false;
    if (statements.length === 0) continue;
    const [{ line } = { line: 1 }] = statements;
    const around = (text: string) => ({ text, line });
    await runMigration(client, {
      ...migration,
      statements: [
        around(`set local search_path = ${run.pathOf(schema)}`),
        ...statements,
        around('reset role'),
      ],
    });
  }
  return isSame;
}

/**
 * The same statements have run in tables that were alike: then a look at what there is proves enough, and doctor
 * compares the definitions. Otherwise they are compared here, and made equal.
 */
async function equalize(
  client: pg.Client,
  run: SchemaRun,
  { schema }: SchemaPlace,
  isSame: boolean,
): Promise<void> {
  const { tables, fingerprint } = await run.wanted(client);
  if (isSame && (await fingerprintOf(client, schema, tables)) === fingerprint) return;
  const ask: Asking = (text, values) => client.query(text, values);
  const wanted = await run.objects(client);
  const found = await readObjects(ask, schema, shared, tables);
  if (differences(wanted, found).length === 0) return;
  await align(client, schema, shared, tables);
  await grantUsage(client, run.tenancy, schema);
}
