import { TenantryError } from '@tenantry/core';
import { defaultSchema, textInSchema } from '@tenantry/core/sql';
import { type GenerateInput, generate } from '../generate/generate.ts';
import type { Section } from '../generate/section.ts';
import { readDrizzle } from '../model/read-drizzle.ts';
import type { DistributionClient } from './client.ts';
import { distributeByName } from './distribute-sql.ts';
import { readCluster } from './facts.ts';
import { type Obstacle, refuseObstacles } from './obstacles.ts';
import { type Step, stepsIn } from './steps.ts';
import { dropFunctionsSql, takeDownSql } from './take-down.ts';

/** One step of a distribution. */
export interface DistributionStep {
  /** `projects`; `tenantry.audit_seals` where a feature made it. */
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

/** Plans the distribution of a live database; changes nothing. */
export async function planDistribution(
  client: DistributionClient,
  input: GenerateInput,
): Promise<DistributionPlan> {
  const { obstacles, steps } = await read(client, input);
  return { obstacles, steps: steps.map(shown) };
}

const shown = ({ table, by, done }: DistributionStep): DistributionStep => ({ table, by, done });

interface Work {
  readonly obstacles: readonly Obstacle[];
  readonly steps: readonly (Step & { readonly done: boolean })[];
  readonly foundation: Section;
  readonly sections: readonly Section[];
}

async function read(client: DistributionClient, input: GenerateInput): Promise<Work> {
  if (input.tenancy.dialect !== 'citus')
    throw new TenantryError('CONFIG_INVALID', {
      found: 'a distribution of a tenancy of dialect postgres.',
      fix: "Say what the database becomes: defineTenancy({ …, dialect: 'citus' }).",
    });
  const { foundation, sections } = generate(input); // refuses what Citus cannot keep, with all reasons
  const steps = await stepsIn(client, sections);
  const tables = readDrizzle(input.schema, input.casing);
  const { obstacles, done } = await readCluster(client, { steps, tables, sections });
  return {
    obstacles,
    steps: steps.map((step) => ({ ...step, done: done.has(step.target) })),
    foundation,
    sections,
  };
}

/** Options of `distribute`. */
export interface DistributeOptions {
  /** Called before the rows of a table are copied, with its place among all. Default: nobody. */
  readonly onTable?: (table: string, at: number, of: number) => void;
}

/**
 * Distributes the tables of a live database by tenant, with those of the features, in one transaction:
 * policies and triggers of one server are taken down, the tables are distributed, and everything that
 * `generate` writes is made. The rows of the application are counted before and after. Readers and writers
 * wait; a run that fails or is killed leaves the database as it was.
 *
 * @throws TenantryError `CONFIG_INVALID` with what stands in the way, `DISTRIBUTION_DIFFERS` when a table
 *   has other rows than before
 */
export async function distribute(
  client: DistributionClient,
  input: GenerateInput,
  { onTable }: DistributeOptions = {},
): Promise<DistributionReport> {
  let rows: DistributionReport['rows'];
  let tell: ((notice: { readonly message?: string | undefined }) => void) | undefined;
  await client.query('begin');
  try {
    await lockOut(client);
    const work = await read(client, input);
    refuseObstacles(work.obstacles);
    if (onTable !== undefined) {
      tell = tellingOf(work.steps, onTable);
      client.on?.('notice', tell);
    }
    rows = await convert(client, work, input.tenancy.schema);
    await client.query('commit');
  } catch (error) {
    await client.query('rollback').catch(() => {}); // the connection may be gone
    throw error;
  } finally {
    if (tell !== undefined) client.off?.('notice', tell);
  }
  return { ...(await planDistribution(client, input)), rows };
}

/** Reads the notices of `tenantry.distribute_table`. */
function tellingOf(
  steps: Work['steps'],
  onTable: NonNullable<DistributeOptions['onTable']>,
): (notice: { readonly message?: string | undefined }) => void {
  const of = steps.filter(({ done }) => !done).length;
  let at = 0;
  return ({ message = '' }) => {
    const table = /^distributing (?:public\.)?(.+)$/.exec(message)?.[1];
    if (table !== undefined) onTable(table, ++at, of);
  };
}

async function convert(
  client: DistributionClient,
  { steps, foundation, sections }: Work,
  schema: string,
): Promise<DistributionReport['rows']> {
  const waiting = steps.filter(({ done }) => !done);
  const rows: Record<string, number> = {};
  if (waiting.length === 0) return rows;
  const own = (text: string) => (schema === defaultSchema ? text : textInSchema(schema, text));
  const isOfTheApplication = ({ table }: Step) => !table.startsWith(`${schema}.`);
  await client.query(`set local citus.multi_shard_modify_mode to 'sequential'`);
  await client.query(own(takeDownSql(waiting.map(({ target }) => target)).sql));
  if (waiting.length === steps.length) await client.query(own(dropFunctionsSql.sql));
  const counted = waiting.filter(isOfTheApplication);
  for (const { table, target } of counted) rows[table] = await count(client, target);
  for (const statement of foundation.statements) await client.query(statement);
  // all tables of the application at once: foreign keys are between any of them
  for (const { sql } of distributeAll(steps.filter(isOfTheApplication)))
    await client.query(own(sql));
  for (const statement of sections.flatMap(({ statements }) => statements))
    await client.query(statement);
  for (const { table, target } of counted) {
    const after = await count(client, target);
    if (after !== rows[table])
      throw new TenantryError('DISTRIBUTION_DIFFERS', {
        found: `${table} had ${rows[table]} rows and has ${after}.`,
      });
  }
  return rows;
}

/** Two runs at once would distribute the same table twice. */
async function lockOut(client: DistributionClient): Promise<void> {
  const { rows } = await client.query(
    `select pg_catalog.pg_try_advisory_xact_lock(pg_catalog.hashtext('tenantry distribute')) as mine`,
  );
  if (rows[0]?.mine !== true)
    throw new TenantryError('CONFIG_INVALID', {
      found: 'another run of tenantry distribute, which is at work in this database.',
      fix: 'Wait until it has ended.',
    });
}

const count = async (client: DistributionClient, target: string): Promise<number> =>
  Number((await client.query(`select pg_catalog.count(*) as rows from ${target}`)).rows[0]?.rows);

const distributeAll = (steps: readonly Step[]) =>
  distributeByName(
    steps.filter(({ by }) => by === 'reference').map(({ target }) => target),
    steps.filter(({ by }) => by !== 'reference').map(({ target, by }) => [target, by]),
  );
