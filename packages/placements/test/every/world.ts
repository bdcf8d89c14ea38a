import { createTenantPool, type TenantPool } from '@tenantry/core';
import { definePlacements } from '@tenantry/placements';
import { applySchema, createLogins, withClient } from '@tenantry/testing/schema';
import { testDatabase } from '@tenantry/testing/vitest';
import { runCommand } from 'tenantry';
import { afterAll } from 'vitest';
import { directory, featuresOf, schema, tenancy } from './schema.ts';

export const acme = '00000000-0000-4000-8000-00000000000a';
export const globex = '00000000-0000-4000-8000-00000000000b';
export const umbrella = '00000000-0000-4000-8000-00000000000c';

export const work = { reason: 'a test', actor: 'tests', write: true };

const prepared = () =>
  testDatabase({
    key: 'placements-every',
    migrate: (url) =>
      applySchema(url, { tenancy, schema, directory, features: featuresOf(() => undefined) }),
  });

/** Acme in eu1, Umbrella in eu2, Globex in the shared tables; each with its row in all three. */
export async function everyWorld() {
  const shared = (await prepared()).url;
  const urls = new Map([
    ['eu1', (await prepared()).url],
    ['eu2', (await prepared()).url],
  ]);
  /** Asks as the superuser, past triggers; undefined for the shared database. */
  const ask = (place: string | undefined, sql: string, values: unknown[] = []) =>
    withClient(place === undefined ? shared : (urls.get(place) as string), async (client) => {
      await client.query('set session_replication_role = replica');
      return (await client.query(sql, values)).rows;
    });
  for (const place of [undefined, 'eu1', 'eu2']) {
    await ask(place, 'insert into organizations (id) select unnest($1::uuid[])', [
      [acme, globex, umbrella],
    ]);
    if (place === undefined) continue;
    await ask(place, 'insert into tenantry.here (place) values ($1)', [place]);
    await ask(undefined, 'insert into tenantry.places (name) values ($1)', [place]);
  }
  for (const [tenant, place] of [
    [acme, 'eu1'],
    [umbrella, 'eu2'],
  ]) {
    await ask(undefined, 'insert into tenantry.placements (tenant, place) values ($1, $2)', [
      tenant,
      place,
    ]);
  }
  const logins = await createLogins(shared, tenancy);
  const as = (login: 'app' | 'system' | 'owner', url: string) => {
    if (login === 'owner') return url;
    const { username, password } = new URL(logins[login]);
    return Object.assign(new URL(url), { username, password }).href;
  };
  const down = new Set<string>();
  const connect = (name: string, login: 'app' | 'system' | 'owner') =>
    down.has(name) ? 'postgres://a:b@127.0.0.1:1/x' : as(login, urls.get(name) as string);
  const opened: TenantPool<typeof tenancy>[] = [];
  afterAll(() => Promise.all(opened.map((pool) => pool.end())));
  /** A pool that finds some of the databases down. */
  const open = (...places: string[]) => {
    const pool = createTenantPool(tenancy, {
      connectionString: logins.app,
      system: { connectionString: logins.system },
      placements: definePlacements(tenancy, {
        connect: (name, login) =>
          places.includes(name) ? 'postgres://a:b@127.0.0.1:1/x' : connect(name, login),
      }),
      logger: { warn: () => {} },
    });
    opened.push(pool);
    return pool;
  };
  const config = {
    tenancy,
    features: featuresOf(connect),
    database: { url: shared, systemUrl: shared, migrationUrl: shared },
  };
  /** Runs a command of `tenantry` while some of the databases are down. */
  const run = async (command: string, ...places: string[]) => {
    for (const place of places) down.add(place);
    try {
      return await runCommand(config, command.split(' '));
    } finally {
      down.clear();
    }
  };
  return { ask, open, run };
}
