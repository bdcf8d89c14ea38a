import fc from 'fast-check';
import type pg from 'pg';
import type { TenantPool } from '../../src/index.ts';
import { acme, type CoreDatabase, globex, tenancy } from '../support/database.ts';
import { sleep } from '../support/wait.ts';

/** Pools of every size from one to five, one of them without prepared statements. */
export const poolsFor = (database: CoreDatabase): readonly TenantPool[] =>
  [1, 2, 3, 4, 5].map((max) =>
    database.pool({
      max,
      system: { connectionString: database.worker, max: 2 },
      preparedStatements: max === 5 ? false : 4,
      // two transactions of one scope may wait for each other's rows, which nobody can see
      lock_timeout: 300,
    }),
  );

/** What a scope may do, one after the other; `inside` runs in a transaction or savepoint. */
export type Action =
  | {
      readonly kind:
        | 'read'
        | 'write'
        | 'error'
        | 'nested'
        | 'system'
        | 'pause'
        | 'forget'
        | 'throw';
    }
  | { readonly kind: 'batch'; readonly size: number; readonly fails: boolean }
  | {
      readonly kind: 'transaction' | 'savepoint';
      readonly inside: readonly Action[];
      readonly end: 'commit' | 'rollback' | 'abandon';
    };

export interface Script {
  readonly tenant: 'acme' | 'globex';
  readonly actions: readonly Action[];
  /** Ends the scope early, after so many milliseconds. */
  readonly stop: { readonly by: 'timeout' | 'abort'; readonly ms: number } | null;
  /** Waits before it starts, in milliseconds. */
  readonly delay: number;
}

export interface Tally {
  statements: number;
  foreign: number;
  scopes: number;
  /** Scopes that were cut short, left work behind, or failed on purpose. */
  rejected: number;
}

const simple = fc.constantFrom(
  'read',
  'read',
  'write',
  'error',
  'nested',
  'system',
  'pause',
  'forget',
  'throw',
);
const action: fc.Arbitrary<Action> = fc.letrec<{ action: Action }>((self) => ({
  action: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    { weight: 9, arbitrary: simple.map((kind) => ({ kind }) as Action) },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant('batch' as const),
        size: fc.integer({ min: 0, max: 5 }),
        fails: fc.boolean(),
      }),
    },
    {
      weight: 4,
      arbitrary: fc.record({
        kind: fc.constantFrom('transaction' as const, 'savepoint' as const),
        inside: fc.array(self('action'), { maxLength: 4 }),
        end: fc.constantFrom(
          'commit' as const,
          'commit' as const,
          'rollback' as const,
          'abandon' as const,
        ),
      }),
    },
  ),
})).action;

/** Scopes of two tenants that run at once. */
export const scripts: fc.Arbitrary<readonly Script[]> = fc.array(
  fc.record({
    tenant: fc.constantFrom('acme' as const, 'globex' as const),
    actions: fc.array(action, { maxLength: 7 }),
    stop: fc.option(
      fc.record({
        by: fc.constantFrom('timeout' as const, 'abort' as const),
        ms: fc.integer({ min: 1, max: 25 }),
      }),
      { freq: 5 },
    ),
    delay: fc.integer({ min: 0, max: 5 }),
  }),
  { minLength: 2, maxLength: 16 },
);

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
  // a row that the scope's own outer transaction, or a scope that waits for a client, has locked
  '55P03',
  '40P01',
]);

function expectProvoked(error: unknown): void {
  if (error instanceof OnPurpose) return;
  const { code } = error as { code?: string };
  if (code === undefined || !expected.has(code)) throw error;
}

/** How long the scripts that run at once may take, in milliseconds; a deadlock is told after 500. */
const longest = 10_000;

/**
 * Runs scripts at once, and counts what their scopes saw. An unexpected error rejects, and so does
 * a scope that never ends.
 */
export async function runAtOnce(pool: TenantPool, all: readonly Script[]): Promise<Tally> {
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
        this.#tally.statements++;
        await on.query(`update notes set n = n + 1 where id = $1`, [
          1 + (this.#tally.statements % 3),
        ]);
        return;
      case 'error':
        this.#tally.statements++;
        await on.query('select 1 / (n - n) from notes');
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

/** A table whose rows name their tenant, so that a foreign row is seen whatever hid it. */
export const notesTable = `
  create table notes (
    organization_id uuid not null default tenantry.current_tenant(),
    id int not null, owner text not null, n int not null default 0,
    primary key (organization_id, id));
  insert into notes (organization_id, id, owner)
    select t::uuid, i, t from unnest(array['${acme}', '${globex}']) t, generate_series(1, 3) i;
  alter table notes enable row level security;
  alter table notes force row level security;
  create policy notes_tenant_isolation on notes to app
    using (organization_id = (select tenantry.current_tenant()));
  grant select, update (n) on notes to app;
  grant select on notes to system;`;
