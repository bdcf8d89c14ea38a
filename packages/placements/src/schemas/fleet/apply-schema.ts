import { type Ddl, ddl, join, literal, textInSchema } from '@tenantry/core/sql';
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
import type { SchemaState } from './ledger.ts';
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
  client: pg.Client,
  run: SchemaRun,
  { name }: SchemaPlace,
  { folder }: Pick<ApplyOptions, 'folder'>,
): Promise<Compared> => compare(folder, (await run.stateOf(client, name)).ledger);

/**
 * Brings what is pending to a schema, after the shared tables have it, in one transaction with its rows in
 * the ledger. First the statements of the migrations that are for its tables run, so rows change as those of the
 * shared tables did; then the tables are compared with the shared ones, and made equal in what holds no rows. What
 * is still unlike takes everything back.
 *
 * Two round trips, where nothing but these statements is about the tables.
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
    const state = await run.stateOf(client, place.name);
    const { pending, drift } = compare(folder, state.ledger);
    if (pending.length === 0) return { ran: [], drift };
    if (drift.length > 0 && !options.acceptDrift) throw drifted(drift);
    refuseTransactions(pending);
    options.before?.(pending);
    const { fingerprint } = await run.wanted(client);
    const found = await runPending(client, run, { place, state, pending });
    if (found !== fingerprint) await equalize(client, run, place);
    await client.query(
      sqlOf(
        run,
        ddl`
        select tenantry.schema_migrated(${literal(place.name)}, ${literal(place.mark)}, ${literal(JSON.stringify(pending.map(({ hash, when, name }) => ({ hash, when, name }))))},
          ${drift.length === 0 ? literal(folder.fingerprint) : ddl`null`});
        commit;
      `,
      ),
    );
    return { ran: pending.map(({ name }) => name), drift };
  });

const sqlOf = ({ tenancy }: SchemaRun, piece: Ddl): string =>
  textInSchema(tenancy.schema, piece.sql);

/**
 * Begins the transaction and runs the statements, in one round trip for each migration that has any.
 *
 * @returns the fingerprint of the tables afterwards, when nothing else in the migrations is about them: the
 *   same has run in tables that were alike, so a look at what there is proves enough, and doctor compares the
 *   definitions. Undefined when the definitions have to be compared here
 */
async function runPending(
  client: pg.Client,
  run: SchemaRun,
  {
    place: { name, mark, schema },
    state,
    pending,
  }: {
    readonly place: SchemaPlace;
    readonly state: SchemaState;
    readonly pending: readonly Migration[];
  },
): Promise<string | undefined> {
  const { tables, fingerprint } = await run.wanted(client);
  const names = new Set([...state.tables, ...tables]);
  // without a ledger nobody knows what it has had: it has to be like the shared tables
  const isKnown = state.ledger.rows.length > 0;
  const plans = isKnown
    ? pending.map((migration) => ({ migration, ...planFor(migration, names) }))
    : [];
  const begin = [
    ddl`begin isolation level read committed; set local lock_timeout = '50ms'`,
    ddl`select tenantry.hold_schema(${literal(name)}, ${literal(mark)}, ${{ sql: String(state.lastId) }})`,
    ddl`set local search_path = ${{ sql: run.pathOf(schema) }}`,
  ];
  const working = plans.filter(({ statements }) => statements.length > 0);
  const prints: string[] = [];
  const around = (pieces: readonly Ddl[], line: number) =>
    pieces.map((piece) => ({ text: sqlOf(run, piece), line }));
  if (working.length === 0) await client.query(begin.map((piece) => sqlOf(run, piece)).join(';'));
  for (const [i, { migration, statements }] of working.entries()) {
    const [{ line } = { line: 1 }] = statements;
    const end = ddl`reset role; select tenantry.schema_fingerprint(${literal(schema)}, array[${join(tables.map((table) => literal(table)))}]::text[]) as print`;
    await runMigration(
      client,
      {
        ...migration,
        statements: [
          ...around(i === 0 ? begin : [], line),
          ...statements,
          ...around([i === working.length - 1 ? end : ddl`reset role`], line),
        ],
      },
      (row) => {
        if (typeof row.print === 'string') prints.push(row.print);
      },
    );
  }
  if (!isKnown || plans.some(({ isWhole }) => !isWhole)) return undefined;
  return working.length === 0 ? fingerprint : prints.at(-1);
}

/** Compares the definitions with those of the shared tables, and makes them equal. */
async function equalize(client: pg.Client, run: SchemaRun, { schema }: SchemaPlace): Promise<void> {
  const { tables } = await run.wanted(client);
  const ask: Asking = (text, values) => client.query(text, values);
  const wanted = await run.objects(client);
  const found = await readObjects(ask, schema, shared, tables);
  if (differences(wanted, found).length === 0) return;
  await align(client, schema, shared, tables);
  await grantUsage(client, run.tenancy, schema);
}
