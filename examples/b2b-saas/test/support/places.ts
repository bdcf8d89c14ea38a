import { definePlacements } from '@tenantry/placements';
import { generate } from '@tenantry/rls/generate';
import { runAll, withClient } from '@tenantry/testing/schema';
import { testDatabase } from '@tenantry/testing/vitest';
import { runCommand } from 'tenantry';
import { expect } from 'vitest';
import { loginUrls, prepareDatabase } from '../../src/demo/prepare.ts';
import type { WorldPlaces } from '../../src/demo/world.ts';
import * as schema from '../../src/schema.ts';
import { tenancy } from '../../src/tenancy.ts';
import config from '../../tenantry.config.ts';

export const password = 'a password of the tests';

/** Where the seeded organizations live, by TENANTRY_PLACEMENT; the others share the tables. */
const homes: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  shared: {},
  database: { acme: 'eu1', globex: 'eu2' },
  mixed: { acme: 'eu1' },
};

const home = homes[process.env.TENANTRY_PLACEMENT ?? 'shared'] ?? unknown();

function unknown(): never {
  throw new Error(`TENANTRY_PLACEMENT is one of ${Object.keys(homes).join(', ')}.`);
}

/** The databases of a test file: that of the shared tables, and one for each place. */
export async function databasesOfRun(): Promise<{ url: string; places?: RunPlaces }> {
  const names = [...new Set(Object.values(home))];
  if (names.length === 0) return { url: (await emptyOfPlaces()).url };
  const shared = await withCatalogue();
  const urls = new Map<string, string>();
  for (const name of names) urls.set(name, (await withCatalogue()).url);
  return { url: shared.url, places: await placesAt(shared.url, urls) };
}

/** The database as its migrations make it. */
const emptyOfPlaces = () =>
  testDatabase({
    key: 'b2b-saas',
    migrate: (empty: string) => prepareDatabase(empty, password),
  });

/** The same, with what `tenantry generate` writes for placements. */
const withCatalogue = () =>
  testDatabase({
    key: 'b2b-saas-catalogue',
    migrate: async (empty: string) => {
      await prepareDatabase(empty, password);
      const { sections } = generate({ ...config, features: featuresWith(new Map()), schema });
      await withClient(empty, (client) =>
        runAll(
          client,
          sections.flatMap(({ statements }) => statements),
        ),
      );
    },
  });

function placementsAt(urls: ReadonlyMap<string, string>, through = (url: string) => url) {
  return definePlacements(tenancy, {
    connect(name, login) {
      const url = urls.get(name);
      if (url === undefined || login === 'owner') return url;
      const { url: app, systemUrl: system } = loginUrls(url, password);
      return { app: through(app), system }[login];
    },
  });
}

const featuresWith = (urls: ReadonlyMap<string, string>) => [
  ...(config.features ?? []),
  placementsAt(urls),
];

/** The places of a run. */
export interface RunPlaces extends WorldPlaces {
  readonly placements: ReturnType<typeof placementsAt>;
  /** How their owner connects to the databases, by the name of the place. */
  readonly urls: ReadonlyMap<string, string>;
  /** Those of the configuration, and placements. */
  readonly features: ReturnType<typeof featuresWith>;
}

async function placesAt(shared: string, urls: ReadonlyMap<string, string>): Promise<RunPlaces> {
  const placements = placementsAt(urls);
  const features = [...(config.features ?? []), placements];
  const command = {
    ...config,
    features,
    database: { url: shared, systemUrl: shared, migrationUrl: shared },
  };
  const run = async (...argv: string[]) => {
    const { code, stderr } = await runCommand(command, argv);
    expect([code, stderr], argv.join(' ')).toEqual([0, expect.anything()]);
  };
  for (const [name, url] of urls) await run('places', 'add', name, '--url', url);
  const urlOf = new Map<string, string>();
  return {
    placements,
    urls,
    features,
    placementsThrough: (through) => placementsAt(urls, through),
    adminUrls: [...urls.values()],
    adminUrlOf: (id) => urlOf.get(id),
    async settle({ organizations }) {
      for (const [slug, id] of Object.entries(organizations)) {
        const place = home[slug];
        if (place === undefined) continue;
        // other tests of this server may have a transaction open, which seals wait for
        await run('tenants', 'move', id, '--to', place, '--wait', '120');
        urlOf.set(id, urls.get(place) as string);
      }
    },
  };
}
