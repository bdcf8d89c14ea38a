import pg from 'pg';

/** What a worker has written, by id: nothing of it may be lost. */
export interface Ledger {
  readonly projects: Map<string, string>;
  readonly tasks: Map<string, string>;
}

export interface Traffic {
  readonly ledger: Ledger;
  readonly errors: Error[];
  /** The slowest statement in milliseconds. */
  slowestMs: number;
  statements: number;
  stop(): Promise<void>;
}

/**
 * An application without tenants under way: each worker is a user that writes, changes, moves, deletes and
 * reads, as the code from before tenants does.
 */
export async function oldTraffic(url: string, workers: number): Promise<Traffic> {
  const traffic: Traffic = {
    ledger: { projects: new Map(), tasks: new Map() },
    errors: [],
    slowestMs: 0,
    statements: 0,
    stop,
  };
  let stopping = false;
  const timed = async <R>(fn: () => Promise<R>): Promise<R> => {
    const began = performance.now();
    try {
      return await fn();
    } finally {
      traffic.slowestMs = Math.max(traffic.slowestMs, performance.now() - began);
      traffic.statements += 1;
    }
  };
  const clients = await Promise.all(
    Array.from({ length: workers }, async () => {
      const client = new pg.Client({ connectionString: url });
      await client.connect();
      return client;
    }),
  );
  const running = clients.map(async (client, worker) => {
    const query = (text: string, values: unknown[] = []) => timed(() => client.query(text, values));
    const { rows: users } = await client.query('select id from users order by email');
    for (let n = 0; !stopping; n += 1) {
      try {
        const user = users[(worker * 7 + n) % users.length].id;
        const title = `worker ${worker} row ${n}`;
        const project = (
          await query('insert into projects (user_id, name) values ($1, $2) returning id', [
            user,
            title,
          ])
        ).rows[0].id;
        traffic.ledger.projects.set(project, title);
        const task = (
          await query('insert into tasks (project_id, title) values ($1, $2) returning id', [
            project,
            title,
          ])
        ).rows[0].id;
        traffic.ledger.tasks.set(task, title);
        await query('insert into comments (task_id, body) values ($1, $2)', [task, title]);
        await query('update tasks set title = title || $2 where id = $1', [task, '!']);
        traffic.ledger.tasks.set(task, `${title}!`);
        // rows from before, which filling may hold at that moment
        await query('update tasks set hours = hours + 0.25 where id = $1', [
          1 + ((n * 37 + worker) % 500),
        ]);
        await query(
          'select t.id, c.body from tasks t left join comments c on c.task_id = t.id where t.project_id = $1',
          [project],
        );
        if (n % 5 === 4) {
          await query('delete from projects where id = $1', [project]);
          traffic.ledger.projects.delete(project);
          traffic.ledger.tasks.delete(task);
        }
      } catch (error) {
        traffic.errors.push(error as Error);
      }
    }
    await client.end();
  });
  async function stop() {
    stopping = true;
    await Promise.all(running);
  }
  return traffic;
}

/**
 * Looks every 10 ms who waits for a lock of a backend, until it is stopped.
 * @returns the longest time in milliseconds that somebody was seen waiting
 */
export async function watchBlocked(url: string, pid: number): Promise<() => Promise<number>> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  let longest = 0;
  let stopping = false;
  const watching = (async () => {
    while (!stopping) {
      const { rows } = await client.query(
        `select coalesce(max(extract(epoch from clock_timestamp() - query_start) * 1000), 0)::float8 as ms
         from pg_stat_activity where wait_event_type = 'Lock' and $1 = any (pg_blocking_pids(pid))`,
        [pid],
      );
      longest = Math.max(longest, rows[0].ms);
      await new Promise((done) => setTimeout(done, 10));
    }
    await client.end();
  })();
  return async () => {
    stopping = true;
    await watching;
    return longest;
  };
}
