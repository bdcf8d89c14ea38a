import fc from 'fast-check';
import type pg from 'pg';
import type { TenantPool } from '../../src/index.ts';
import { underWay } from '../support/activity.ts';
import { acme, type CoreDatabase, globex, tenancy } from '../support/database.ts';
import { sleep, until } from '../support/wait.ts';
import { type Action, type Script, scripts } from './scripts.ts';

/** Pools of every size from one to five, one of them without prepared statements. */
const poolsFor = (database: CoreDatabase): readonly TenantPool[] =>
  [1, 2, 3, 4, 5].map((max) =>
    database.pool({
      max,
      system: { connectionString: database.worker, max: 2 },
      preparedStatements: max === 5 ? false : 4,
    }),
  );

interface Tally {
  statements: number;
  foreign: number;
  scopes: number;
  /** Scopes that were cut short, left work behind, or failed on purpose. */
  rejected: number;
}

const ids = { acme, globex };
const system = { reason: 'interleavings', actor: 'tests' };
class OnPurpose extends Error {}

/** Codes that the actions provoke: of PostgreSQL, and of the pool. */
const expected = new Set([
  '22012', // division by zero
  '25P02', // a statement in a failed transaction
  '25P01', // a savepoint where no transaction is
  'SCOPE_TIMEOUT',
  'SCOPE_ABORTED',
  'SCOPE_WORK_UNFINISHED',
  'TENANT_SCOPE_ENDED',
  'TRANSACTION_ROLLED_BACK',
  'STATEMENT_IN_BATCH_FAILED',
  'POOL_CHECKOUT_DEADLOCK',
]);

function expectProvoked(error: unknown): void {
  if (error instanceof OnPurpose) return;
  const { code } = error as { code?: string };
  if (code === undefined || !expected.has(code)) throw error;
}

/** How long the scripts that run at once may take, in milliseconds; a deadlock is told after 500. */
const longest = 120_000;

/**
 * Runs scripts at once, and counts what their scopes saw. An unexpected error rejects, and so does
 * a scope that never ends.
 */
async function runAtOnce(pool: TenantPool, all: readonly Script[]): Promise<Tally> {
  let timer: NodeJS.Timeout | undefined;
  const hanging = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const { totalCount, idleCount, waitingCount } = pool;
      reject(new Error(`hangs: ${JSON.stringify({ totalCount, idleCount, waitingCount })}`));
    }, longest);
  });
  try {
    return await Promise.race([run(pool, all), hanging]);
  } finally {
    clearTimeout(timer);
  }
}

async function run(pool: TenantPool, all: readonly Script[]): Promise<Tally> {
  const tally: Tally = { statements: 0, foreign: 0, scopes: all.length, rejected: 0 };
  const forgotten: Promise<unknown>[] = [];
  await Promise.all(
    all.map(async (script) => {
      await sleep(script.delay);
      const run = new ScriptRun(pool, ids[script.tenant], tally, forgotten);
      await run.start(script).catch((error) => {
        expectProvoked(error);
        tally.rejected++;
      });
    }),
  );
  // stragglers have ended by now, or end here; none may hang
  for (const outcome of await Promise.allSettled(forgotten)) {
    if (outcome.status === 'rejected') expectProvoked(outcome.reason);
  }
  return tally;
}

type On = Pick<pg.Pool, 'query'>;

class ScriptRun {
  readonly #pool: TenantPool;
  readonly #tenant: string;
  readonly #tally: Tally;
  readonly #forgotten: Promise<unknown>[];

  constructor(pool: TenantPool, tenant: string, tally: Tally, forgotten: Promise<unknown>[]) {
    this.#pool = pool;
    this.#tenant = tenant;
    this.#tally = tally;
    this.#forgotten = forgotten;
  }

  start({ actions, stop }: Script): Promise<void> {
    const limits =
      stop === null
        ? {}
        : stop.by === 'timeout'
          ? { timeoutMs: stop.ms }
          : { signal: AbortSignal.timeout(stop.ms) };
    return tenancy.run({ organizationId: this.#tenant, ...limits }, () =>
      this.#doAll(actions, this.#pool),
    );
  }

  async #doAll(actions: readonly Action[], on: On): Promise<void> {
    for (const each of actions) {
      const doing = this.#do(each, on);
      if (each.kind === 'throw' || each.kind === 'transaction') await doing;
      else await doing.catch(expectProvoked);
    }
  }

  async #do(each: Action, on: On): Promise<void> {
    switch (each.kind) {
      case 'read':
        return this.#read(on);
      case 'write':
        // rows of its own: two transactions of one scope that wait for each other hang in any pool
        this.#tally.statements++;
        await on.query('insert into marks (owner) values ($1)', [this.#tenant]);
        return;
      case 'error':
        this.#tally.statements++;
        await on.query('select 1 / (id - id) from notes');
        return;
      case 'nested':
        return tenancy.run(this.#tenant, () => this.#read(on));
      case 'system':
        return this.#asSystem();
      case 'pause':
        return sleep(2);
      case 'forget':
        for (const left of [this.#read(on), this.#read(this.#pool)]) {
          left.catch(() => {}); // looked at when all is over
          this.#forgotten.push(left);
        }
        return;
      case 'throw':
        throw new OnPurpose();
      case 'batch':
        return this.#batch(each.size, each.fails);
      case 'transaction':
        return this.#transaction(each.inside, each.end);
      case 'savepoint':
        return this.#savepoint(each.inside, each.end, on);
    }
  }

  async #read(on: On): Promise<void> {
    this.#tally.statements++;
    const { rows } = await on.query('select organization_id as id, owner from notes order by id');
    if (rows.length !== 3) throw new Error(`${rows.length} rows instead of 3`);
    for (const { id, owner } of rows) {
      if (id !== this.#tenant || owner !== this.#tenant) this.#tally.foreign++;
    }
  }

  async #asSystem(): Promise<void> {
    this.#tally.statements++;
    const count = () => this.#pool.query('select count(distinct owner)::int as n from notes');
    const { rows } = await tenancy.asSystem(system, count);
    if (rows[0].n !== 2) throw new Error(`the system saw ${rows[0].n} tenants`);
  }

  async #batch(size: number, fails: boolean): Promise<void> {
    await this.#pool.batch(() => [
      ...Array.from({ length: size }, () => this.#read(this.#pool)),
      ...(fails ? [this.#pool.query('select 1 / 0')] : []),
    ]);
  }

  async #transaction(inside: readonly Action[], end: string): Promise<void> {
    const client = await this.#pool.connect();
    try {
      await client.query('begin');
      await this.#doAll(inside, client);
      if (end !== 'abandon') await client.query(end);
    } catch (error) {
      await client.query('rollback').catch(expectProvoked);
      expectProvoked(error);
    }
    // an abandoned one is left to its scope, or, half of the time, given back as it is
    if (end !== 'abandon' || inside.length % 2 === 0) client.release();
  }

  async #savepoint(inside: readonly Action[], end: string, on: On): Promise<void> {
    if (on === this.#pool) return this.#read(on);
    await on.query('savepoint s');
    await this.#doAll(inside, on).catch(expectProvoked);
    if (end === 'commit')
      await on.query('release savepoint s').catch(() => on.query('rollback to savepoint s'));
    else if (end === 'rollback') await on.query('rollback to savepoint s');
  }
}

/**
 * Runs random interleavings, on every pool at once, until so many statements were sent. Fails for a
 * foreign row, an error that nobody provoked, a scope that hangs, a client that is lost and a
 * transaction that is left on the server.
 */
export async function interleave(database: CoreDatabase, statements: number): Promise<string> {
  await database.ask(notesTable);
  const pools = poolsFor(database);
  const total: Tally = { statements: 0, foreign: 0, scopes: 0, rejected: 0 };
  const seeds: number[] = [];
  while (total.statements < statements) {
    const seed = Math.floor(Math.random() * 2 ** 31);
    seeds.push(seed);
    const queue = fc.sample(scripts, { seed, numRuns: 200 }).entries();
    const work = async (pool: TenantPool) => {
      for (const [n, all] of queue) {
        const tally = await runAtOnce(pool, all).catch((error) => {
          throw new Error(`scenario ${n} of seed ${seed} failed: ${error.message}`, {
            cause: error,
          });
        });
        for (const key of Object.keys(total) as (keyof Tally)[]) total[key] += tally[key];
        if (tally.foreign > 0) throw new Error(`scenario ${n} of seed ${seed} saw a foreign row`);
        await until(() => pool.idleCount === pool.totalCount, `seed ${seed}: no client is lost`);
        if (pool.waitingCount > 0) throw new Error(`seed ${seed}: somebody still waits`);
      }
    };
    await Promise.all(pools.map(work));
  }
  await until(async () => (await underWay(database)) === 0, 'no transaction is left on the server');
  const foreignMarks = 'select count(*)::int as n from marks where owner <> organization_id::text';
  total.foreign += Number((await database.ask(foreignMarks))[0]?.n);
  const { scopes, rejected, foreign } = total;
  return (
    `${total.statements} statements in ${scopes} scopes (${rejected} cut short or failed): ` +
    `${foreign} foreign rows, 0 lost clients, 0 leaked transactions; seeds ${seeds.join(' ')}`
  );
}

/** A table whose rows name their tenant, so that a foreign row is seen whatever hid it. */
const notesTable = `
  create table notes (
    organization_id uuid not null default tenantry.current_tenant(),
    id int not null, owner text not null,
    primary key (organization_id, id));
  insert into notes (organization_id, id, owner)
    select t::uuid, i, t from unnest(array['${acme}', '${globex}']) t, generate_series(1, 3) i;
  create table marks (
    organization_id uuid not null default tenantry.current_tenant(), owner text not null);
  alter table notes enable row level security;
  alter table notes force row level security;
  alter table marks enable row level security;
  alter table marks force row level security;
  create policy notes_tenant_isolation on notes to app
    using (organization_id = (select tenantry.current_tenant()));
  create policy notes_system_access on notes to system using (true);
  create policy marks_tenant_isolation on marks to app
    using (organization_id = (select tenantry.current_tenant()));
  grant select on notes to app, system;
  grant select, insert on marks to app;`;
