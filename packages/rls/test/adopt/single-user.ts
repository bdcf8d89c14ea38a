import { readFileSync } from 'node:fs';
import type pg from 'pg';

// The application of an article on tenants that came late: users and what they own, no organization.

export const tablesSql = readFileSync(new URL('single-user.sql', import.meta.url), 'utf8');

/** Rows of some users; `tasks` tells how many there are of the largest table. */
export async function seed(client: pg.Client, { users, tasks }: { users: number; tasks: number }) {
  await client.query(
    "insert into users (email) select 'user' || i || '@example.com' from generate_series(1, $1) i",
    [users],
  );
  await client.query(`insert into projects (user_id, name, status_id)
    select id, 'project ' || n, 1 + n % 2 from users, generate_series(1, 5) n`);
  await client.query(
    `insert into tasks (project_id, title, hours, meta)
    select p.id, 'task ' || i, i % 100 / 4.0, jsonb_build_object('n', i)
    from generate_series(1, $1) i join (select id, row_number() over (order by id) - 1 as nth, count(*) over () as all from projects) p
      on p.nth = i % p.all`,
    [tasks],
  );
  await client.query(
    `insert into comments (task_id, body) select id, 'on ' || title from tasks where id % 4 = 0`,
  );
  await client.query(`insert into documents (project_id, user_id, body)
    select case when n = 1 then null else p.id end, p.user_id, 'document ' || n from projects p, generate_series(1, 2) n`);
}

/** The first thing to do: organizations with their members, here two users to each. */
export const organizationsSql = readFileSync(
  new URL('single-user.organizations.sql', import.meta.url),
  'utf8',
);

/** Everything but the tenant, as one number a table. */
export async function checksums(client: pg.Client): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const table of [
    'users',
    'projects',
    'tasks',
    'comments',
    'documents',
    'statuses',
    'sessions',
  ]) {
    const { rows } = await client.query(
      `select count(*) || ' ' || coalesce(sum(hashtextextended((to_jsonb(t) - 'organization_id')::text, 0)::numeric), 0) as sum from ${table} t`,
    );
    found[table] = rows[0].sum;
  }
  return found;
}
