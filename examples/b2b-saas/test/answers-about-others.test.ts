import { readFile } from 'node:fs/promises';
import { applySchema, withClient } from '@tenantry/testing/schema';
import { testDatabase } from '@tenantry/testing/vitest';
import pg from 'pg';
import { afterAll, expect, test } from 'vitest';
import { loginUrls } from '../src/demo/prepare.ts';
import { openWorld } from '../src/demo/world.ts';
import * as schema from '../src/schema.ts';
import config from '../tenantry.config.ts';

// Functions that run with other rights than their caller's see rows of every tenant. Each that a
// tenant may call is called here from the inside of one, with what belongs to another and with what
// belongs to nobody: it must not tell them apart.

const password = 'a password of the tests';
const database = await testDatabase({
  key: 'b2b-saas-answers',
  migrate: async (url) => {
    await applySchema(url, { ...config, schema });
    const logins = await readFile(new URL('../setup/logins.sql', import.meta.url), 'utf8');
    await withClient(url, async (client) => {
      await client.query(logins);
      for (const login of ['b2b_web', 'b2b_system'])
        await client.query(`alter role ${login} password '${password}'`);
    });
  },
});
const urls = loginUrls(database.url, password);
const world = await openWorld(database.url, urls, 0);
afterAll(() => world.close());
const asked = new pg.Client({ connectionString: urls.url });
await asked.connect();
afterAll(() => asked.end());

const one = async (query: string, ...values: unknown[]) =>
  String(Object.values((await world.ask(query, values))[0] ?? {})[0]);
const tenantOf = (slug: string) => one('select id from organizations where slug = $1', slug);
const acme = await tenantOf('acme');
const globex = await tenantOf('globex');
const memberOf = (tenant: string) =>
  one(
    `select user_id from memberships m where organization_id = $1
     and not exists (select from memberships o where o.user_id = m.user_id and o.organization_id <> $1) limit 1`,
    tenant,
  );
const inside = await memberOf(acme);
const stranger = await memberOf(globex);
await world.ask(
  `insert into roles (organization_id, key, name) values ($1, 'secret-role', 'Secret') on conflict do nothing`,
  [globex],
);

/** What globex has, and what nobody has in its place. */
const pairs = [
  [globex, '00000000-0000-4000-8000-00000000dead'],
  [stranger, '00000000-0000-4000-8000-00000000beef'],
  [
    await one('select id from roles where organization_id = $1 limit 1', globex),
    '00000000-0000-4000-8000-00000000f00d',
  ],
  ['globex', 'nobody'],
  ['secret-role', 'no-such-role'],
] as const;
const uuids = pairs.filter(([known]) => known.length === 36);

interface Callable {
  readonly name: string;
  readonly types: string[];
  readonly parameters: string[];
  readonly set: boolean;
}
const callable = (await world.ask(`
  select p.proname as name, array(select format_type(t, null) from unnest(p.proargtypes) t) as types,
    coalesce(p.proargnames, '{}') as parameters, p.proretset as set
  from pg_proc p join pg_namespace n on n.oid = p.pronamespace
  where p.prosecdef and n.nspname !~ '^pg_' and p.prorettype <> 'trigger'::regtype
    and has_function_privilege('app', p.oid, 'execute') and has_schema_privilege('app', n.oid, 'usage')
  order by 1`)) as unknown as Callable[];

/** What to try for a parameter: pairs of what is globex's and what is nobody's, and what is neutral. */
function candidates(type: string, parameter = ''): (readonly [unknown, unknown])[] {
  const same = (...values: unknown[]) => values.map((value) => [value, value] as const);
  // what says of which kind another parameter is
  if (parameter === 'by') return same('slug', 'id');
  if (['action', 'type', 'resource_type'].includes(parameter)) return same('project', null);
  if (['on_behalf_of', 'reason', 'keep', 'name', 'description'].includes(parameter))
    return same(null, inside);
  if (type === 'uuid') return [...uuids, ...same(acme, inside)];
  if (type === 'text')
    return [...pairs, ...same('slug', 'id', 'projects:read', 'member', acme, inside, null)];
  if (type === 'uuid[]') return [...uuids.map(([a, b]) => [[a], [b]] as const), ...same([acme])];
  if (type === 'text[]') return same(['projects:read'], []);
  if (type === 'jsonb')
    return [...pairs.map(([a, b]) => [{ role: a }, { role: b }] as const), ...same({})];
  if (type === 'boolean') return same(true);
  if (type === 'interval') return same('1 day');
  if (type.startsWith('timestamp')) return same(new Date(4_000_000_000_000), null);
  return same(1, null);
}

/** How many combinations a function is called with, twice each. */
const most = 700;

/** Every combination, at most `most` of them, spread over all. */
function combinations({ types, parameters }: Callable) {
  const lists = types.map((type, i) => candidates(type, parameters[i]));
  const total = lists.reduce((product, list) => product * list.length, 1);
  const step = Math.max(1, total / most);
  return Array.from({ length: Math.min(total, most) }, (_, i) => {
    let rest = Math.floor(i * step);
    return lists.map((list) => {
      const picked = list[rest % list.length] as readonly [unknown, unknown];
      rest = Math.floor(rest / list.length);
      return picked;
    });
  });
}

/** What a call tells: its rows or its error, with one name for what it was given. */
async function told({ name, types, set }: Callable, values: unknown[]): Promise<string> {
  const parameters = types.map((type, i) => `$${i + 1}::${type}`).join(', ');
  const call = `tenantry.${name}(${parameters})`;
  await asked.query('savepoint call');
  let answer: string;
  try {
    const { rows } = await asked.query(set ? `select * from ${call}` : `select ${call}`, values);
    answer = JSON.stringify(rows);
  } catch (error) {
    const { code, message, detail, hint } = error as pg.DatabaseError;
    answer = JSON.stringify({ code, message, detail, hint });
  }
  await asked.query('rollback to savepoint call');
  for (const [known, nobodys] of pairs)
    answer = answer.replaceAll(known, '<given>').replaceAll(nobodys, '<given>');
  // what is made by the call is new each time
  return answer
    .replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '<id>')
    .replace(/\\\\x[0-9a-f]+/g, '<bytes>')
    .replace(/\d{4}-\d\d-\d\d[T ][\d:.+Z]+/g, '<time>');
}

async function asMember<R>(user: string, fn: () => Promise<R>): Promise<R> {
  await asked.query('begin');
  await asked.query(
    `select set_config('role', 'app', true), set_config('app.organization_id', $1, true), set_config('app.actor', $2, true)`,
    [acme, JSON.stringify({ user })],
  );
  try {
    return await fn();
  } finally {
    await asked.query('rollback');
  }
}

test('there are such functions, and the entry is among them', () => {
  const names = callable.map(({ name }) => name);
  expect(names.length).toBeGreaterThan(15);
  expect(names).toEqual(expect.arrayContaining(['can', 'enter', 'enter_member', 'usage_take']));
});

test.each(callable.filter(({ types }) => types.length > 0))(
  '$name tells a tenant nothing of another',
  async (fn) => {
    await asMember(inside, async () => {
      for (const combination of combinations(fn)) {
        const others = await told(
          fn,
          combination.map(([known]) => known),
        );
        const nobodys = await told(
          fn,
          combination.map(([, unknown]) => unknown),
        );
        expect(others, JSON.stringify(combination)).toBe(nobodys);
        expect(others).not.toMatch(/Globex|Secret/);
      }
    });
  },
);
