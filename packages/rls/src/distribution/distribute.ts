import { TenantryError } from '@tenantry/core';
import { defaultSchema, literal, name, textInSchema } from '@tenantry/core/sql';
import { type GenerateInput, generate } from '../generate/generate.ts';
import { readDrizzle } from '../model/read-drizzle.ts';
import { pathOf, titleOf } from '../model/table.ts';
import type { DistributionClient } from './client.ts';
import { distributionOf } from './distribution.ts';
import { readCluster } from './facts.ts';
import { makeAgain, takeDownSql, waitingKeysSql } from './foreign-keys.ts';
import { type Obstacle, refuseObstacles } from './obstacles.ts';

/** One step of a distribution. */
export interface DistributionStep {
  readonly table: string;
  /** `reference`: on every node; else the column by which its rows are distributed. */
  readonly by: 'reference' | string;
  /** Whether it was done before. */
  readonly done: boolean;
}

/** What is to be done, and what stands in the way. */
export interface DistributionPlan {
  readonly obstacles: readonly Obstacle[];
  readonly steps: readonly DistributionStep[];
}

/** What was done. */
export interface DistributionReport extends DistributionPlan {
  /** The rows of each table that this run has distributed, counted before and after. */
  readonly rows: Readonly<Record<string, number>>;
}

/** Options of `distribute`. */
export interface DistributeOptions {
  /** Called before each table, with its place among all. */
  readonly onTable?: (table: string, at: number, of: number) => void;
}

/** Plans the distribution of a live database; changes nothing. */
export async function planDistribution(
  client: DistributionClient,
  input: GenerateInput,
): Promise<DistributionPlan> {
  const { dialect } = input.tenancy;
  if (dialect !== 'citus')
    throw new TenantryError('CONFIG_INVALID', {
      found: 'a distribution of a tenancy of dialect postgres.',
      fix: "Say what the database becomes: defineTenancy({ …, dialect: 'citus' }).",
    });
  generate(input); // refuses what Citus cannot keep, with all reasons
  const tables = readDrizzle(input.schema, input.casing);
  const { references, distributed } = distributionOf(tables);
  const { obstacles, done } = await readCluster(client, tables);
  const step = (table: { schema: string; name: string }, by: string): DistributionStep => ({
    table: titleOf(table),
    by,
    done: done.has(pathOf(table)),
  });
  return {
    obstacles,
    steps: [
      ...references.map((table) => step(table, 'reference')),
      ...distributed.map((table) => step(table, table.column)),
    ],
  };
}

/**
 * Distributes the tables of a live database by tenant, each in a transaction of its own: policies and
 * foreign keys that Citus refuses are taken down, the table is distributed, its rows are counted before
 * and after, and the policies of the dialect are made. Foreign keys are made again at the end. A run that
 * was killed is finished by the next one. Writes to a table wait while its rows are copied.
 *
 * @throws TenantryError `CONFIG_INVALID` with what stands in the way, `DISTRIBUTION_DIFFERS` when a table
 *   has other rows than before; it is then as it was
 */
export async function distribute(
  client: DistributionClient,
  input: GenerateInput,
  { onTable }: DistributeOptions = {},
): Promise<DistributionReport> {
  const plan = await planDistribution(client, input);
  refuseObstacles(plan.obstacles);
  const { schema } = input.tenancy;
  const own = (text: string) => (schema === defaultSchema ? text : textInSchema(schema, text));
  const { foundation, sections } = generate(input);
  // two runs at once would distribute the same table twice
  const { rows: taken } = await client.query(
    `select pg_catalog.pg_try_advisory_lock(pg_catalog.hashtext('tenantry distribute')) as mine`,
  );
  if (taken[0]?.mine !== true)
    throw new TenantryError('CONFIG_INVALID', {
      found: 'another run of tenantry distribute, which is at work in this database.',
      fix: 'Wait until it has ended; the next run finishes what it has left.',
    });
  try {
    await inTransaction(client, [...foundation.statements, own(waitingKeysSql.sql)]);
    const tables = readDrizzle(input.schema, input.casing);
    const { references, distributed } = distributionOf(tables);
    const { done } = await readCluster(client, tables);
    const [anchor] = distributed;
    const rows: Record<string, number> = {};
    const all = [...references.map((table) => ({ ...table, column: undefined })), ...distributed];
    for (const [at, table] of all.entries()) {
      const path = pathOf(table);
      if (done.has(path)) continue;
      onTable?.(titleOf(table), at + 1, all.length);
      const target = name(table.schema, table.name).sql;
      const colocated =
        table === anchor || anchor === undefined
          ? literal('none')
          : literal(name(anchor.schema, anchor.name).sql);
      const made =
        table.column === undefined
          ? `select tenantry.distribute_table(${literal(target).sql}::regclass, null, null)`
          : `select tenantry.distribute_table(${literal(target).sql}::regclass, ${literal(table.column).sql}, ${colocated.sql})`;
      const section = sections.find(({ id }) => id === `table:${path}`);
      rows[titleOf(table)] = await distributeTable(client, target, titleOf(table), [
        own(takeDownSql(target).sql),
        withoutPolicies(target),
        own(made),
        ...(section?.statements ?? []),
      ]);
    }
    const left = await makeAgain(client, schema);
    if (left > 0)
      throw new TenantryError('DISTRIBUTION_DIFFERS', {
        found: `${left} foreign keys whose tables are not both distributed.`,
        fix: 'Declare both tables in the schema module, then run this again.',
      });
    await client.query(own('drop table tenantry.waiting_foreign_keys'));
    return { ...(await planDistribution(client, input)), rows };
  } finally {
    await client.query(
      `select pg_catalog.pg_advisory_unlock(pg_catalog.hashtext('tenantry distribute'))`,
    );
  }
}

/** Counts, distributes, and counts again, while nobody writes. @returns the number of rows */
async function distributeTable(
  client: DistributionClient,
  target: string,
  title: string,
  statements: readonly string[],
): Promise<number> {
  const count = async () =>
    Number((await client.query(`select pg_catalog.count(*) as rows from ${target}`)).rows[0]?.rows);
  await client.query('begin');
  try {
    await client.query(`set local citus.multi_shard_modify_mode to 'sequential'`);
    await client.query(`lock table ${target} in access exclusive mode`);
    // the owner counts all rows, and no policy of the old dialect may hide some
    await client.query(`alter table ${target} no force row level security`);
    const before = await count();
    for (const statement of statements) await client.query(statement);
    const after = await count();
    if (before !== after)
      throw new TenantryError('DISTRIBUTION_DIFFERS', {
        found: `${title} had ${before} rows and has ${after}.`,
      });
    await client.query('commit');
    return after;
  } catch (error) {
    await client.query('rollback');
    throw error;
  }
}

/** Citus distributes no table whose policies have a sub-select; those of the dialect are made right after. */
const withoutPolicies = (target: string): string => `
  do $tenantry$
  declare
    each record;
  begin
    for each in select polname from pg_catalog.pg_policy where polrelid = ${literal(target).sql}::pg_catalog.regclass loop
      execute pg_catalog.format('drop policy %I on %s', each.polname, ${literal(target).sql});
    end loop;
  end
  $tenantry$;`;

async function inTransaction(
  client: DistributionClient,
  statements: readonly string[],
): Promise<void> {
  await client.query('begin');
  try {
    for (const statement of statements) await client.query(statement);
    await client.query('commit');
  } catch (error) {
    await client.query('rollback');
    throw error;
  }
}
