import DataLoader from 'dataloader';
import { drizzle } from 'drizzle-orm/node-postgres';
import { pgTable, text } from 'drizzle-orm/pg-core';
import { createPool } from 'generic-pool';
import PQueue from 'p-queue';
import { describe, expect, test } from 'vitest';
import { acme, coreDatabase, globex, tenancy } from '../support/database.ts';
import { borrowing, type Job, keeping, type Submit } from '../support/queues.ts';
import { failure } from '../support/wait.ts';

// docs/concepts/scopes.md says of each of these libraries in whose scope a job runs.

const database = await coreDatabase();
const pool = database.pool({ max: 4 });
const projects = pgTable('projects', { name: text() });
const db = drizzle({ client: pool });

const whose = async () => {
  const { rows } = await pool.query('select distinct organization_id as id from projects');
  return rows[0].id;
};

/** A promise, and what settles it. */
function gate() {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open, opened };
}

/**
 * Keeps the queue busy with a job of acme until globex has handed over one of its own.
 * @param hand how globex hands it over
 */
async function behind(submit: Submit, hand: (submit: Submit) => Promise<unknown>) {
  const running = gate();
  const handed = gate();
  const first = tenancy.run(acme, () =>
    submit(async () => {
      running.open();
      await handed.opened;
      return whose();
    }),
  );
  await running.opened;
  const second = tenancy.run(globex, () => {
    const given = hand(submit);
    handed.open();
    return given;
  });
  const [ofFirst, ofSecond] = await Promise.allSettled([first, second]);
  expect(ofFirst).toEqual({ status: 'fulfilled', value: acme });
  if (ofSecond.status === 'rejected') throw ofSecond.reason;
  return ofSecond.value;
}

const insert = (name: string) => pool.query('insert into projects (name) values ($1)', [name]);
const ownersOf = async (name: string) =>
  (await database.ask('select organization_id as id from projects where name = $1', [name])).map(
    ({ id }) => id,
  );

describe.each(Object.entries(borrowing))('%s', (library, make) => {
  // the control: without bind the job of globex asks, or writes, as whoever is at work
  test('runs a job that is not bound in a scope that is not its own', async () => {
    // Bottleneck does so at times: it depends on which of its promises settles first
    for (let tries = 0; tries < 100; tries++) {
      const outcome = await behind(make(), (submit) => submit(whose)).catch((error) => error);
      if (outcome !== globex) return;
    }
    expect.fail('a hundred jobs ran in their own scope');
  });

  test('runs a bound job in the scope that handed it over', async () => {
    expect(await behind(make(), (submit) => submit(tenancy.bind(whose)))).toBe(globex);
  });

  test('lets a bound job write rows of its own tenant', async () => {
    const name = `bound in ${library}`;
    await behind(make(), (submit) => submit(tenancy.bind(() => insert(name))));
    expect(await ownersOf(name)).toEqual([globex]);
  });

  test('lets a query of Drizzle be sent in the scope that handed it over', async () => {
    const name = `lazy in ${library}`;
    const job = () => db.insert(projects).values({ name });
    await behind(make(), (submit) => submit(tenancy.bind(job) as Job));
    expect(await ownersOf(name)).toEqual([globex]);
  });

  test('refuses a second tenant, in a job that is bound', async () => {
    const handed = behind(make(), (submit) => submit(tenancy.bind(() => tenancy.run(acme, whose))));
    expect(await failure(handed)).toMatchObject({ code: 'TENANT_SWITCH_REFUSED' });
  });

  test('lets a job outside of every scope open its own, while another one is open', async () => {
    const outcome = await behind(make(), (submit) => {
      const token = tenancy.capture();
      return submit(tenancy.outside(() => pool.resume(token, whose)));
    });
    expect(outcome).toBe(globex);
  });
});

test('a tenant that an unbound job names itself is refused in the scope of another', async () => {
  const handed = behind(borrowing['p-queue']?.() as Submit, (submit) =>
    submit(() => tenancy.run(globex, whose)),
  );
  expect(await failure(handed)).toMatchObject({ code: 'TENANT_SWITCH_REFUSED' });
});

describe.each(Object.entries(keeping))('%s', (_, make) => {
  test('keeps the scope of a job that is not bound', async () => {
    expect(await behind(make(), (submit) => submit(whose))).toBe(globex);
  });

  test('runs a bound job as well', async () => {
    expect(await behind(make(), (submit) => submit(tenancy.bind(whose)))).toBe(globex);
  });
});

describe('a loader of batches', () => {
  const loader = () =>
    new DataLoader<string, string>(async (names) => {
      const id = await whose();
      return names.map((name) => `${name} of ${id}`);
    });

  test('of the whole process answers one tenant in the scope of another', async () => {
    const shared = loader();
    const load = () => shared.load('Rocket');
    const [mine, others] = await Promise.all([tenancy.run(acme, load), tenancy.run(globex, load)]);
    expect([mine, others]).toEqual([`Rocket of ${acme}`, `Rocket of ${acme}`]);
  });

  test('that is made in a scope answers in it', async () => {
    const load = () => loader().load('Rocket');
    const [mine, others] = await Promise.all([tenancy.run(acme, load), tenancy.run(globex, load)]);
    expect([mine, others]).toEqual([`Rocket of ${acme}`, `Rocket of ${globex}`]);
  });
});

test('what generic-pool makes is made in the scope of whoever asks first, and kept', async () => {
  const made: unknown[] = [];
  const resources = createPool(
    {
      create: async () => {
        made.push(await whose());
        return {};
      },
      destroy: async () => {},
    },
    { max: 1, min: 0 },
  );
  await tenancy.run(acme, () => resources.use(async () => {}));
  await tenancy.run(globex, () => resources.use(async () => {}));
  expect(made).toEqual([acme]);
});

test('a hundred jobs of two tenants on three queues: each writes into its own', async () => {
  const queues = [1, 2, 3].map((concurrency) => new PQueue({ concurrency }));
  const wanted = new Map<string, string>();
  const jobs = Array.from({ length: 100 }, (_, i) => {
    const tenant = i % 3 === 0 ? acme : globex;
    const name = `job ${i}`;
    wanted.set(name, tenant);
    const queue = queues[i % queues.length] as PQueue;
    return tenancy.run(tenant, () => queue.add(tenancy.bind(() => insert(name))));
  });
  await Promise.all(jobs);
  const rows = await database.ask(
    `select name, organization_id as id from projects where name ~ '^job \\d+$'`,
  );
  expect(new Map(rows.map(({ name, id }) => [name, id]))).toEqual(wanted);
});
