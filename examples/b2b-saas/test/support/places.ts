import { definePlacements } from '@tenantry/placements';
import { createCitusDatabase } from '@tenantry/testing';
import { applySchema } from '@tenantry/testing/schema';
import { testDatabase } from '@tenantry/testing/vitest';
import { runCommand } from 'tenantry';
import { afterAll, expect } from 'vitest';
import {
  loginUrls,
  makeLoginsOf,
  type PlacesDatabase,
  placesDatabase,
  prepareDatabase,
  prepareForPlaces,
  schemaTables,
} from '../../src/demo/prepare.ts';
import type { WorldPlaces } from '../../src/demo/world.ts';
import { onCluster } from '../../src/slugs.ts';
import { tables } from '../../src/tables.ts';
import { tenancy } from '../../src/tenancy.ts';
import config from '../../tenantry.config.ts';

export const password = 'a password of the tests';

/** A place: a database, or a schema of the shared one. */
interface Home {
  readonly place: string;
  readonly schema?: string;
}

const inSchema = (of: string): Home => ({ place: `${of}_own`, schema: `t_${of}` });

/** Where the seeded organizations live, by TENANTRY_PLACEMENT; the others share the tables. */
const homes: Readonly<Record<string, Readonly<Record<string, Home>>>> = {
  shared: {},
  database: { acme: { place: 'eu1' }, globex: { place: 'eu2' } },
  schema: { acme: inSchema('acme'), globex: inSchema('globex') },
  mixed: { acme: { place: 'eu1' }, globex: inSchema('globex') },
};

const home = homes[process.env.TENANTRY_PLACEMENT ?? 'shared'] ?? unknown();

function unknown(): never {
  throw new Error(`TENANTRY_PLACEMENT is one of ${Object.keys(homes).join(', ')}.`);
}

/** The databases of a test file: that of the shared tables, and one for each place. */
export async function databasesOfRun(): Promise<{ url: string; places?: RunPlaces }> {
  if (onCluster) return { url: await onCitus() };
  const all = Object.values(home);
  if (all.length === 0) return { url: (await emptyOfPlaces()).url };
  const shared = await withCatalogue();
  const urls = new Map<string, string>();
  for (const { place, schema: own } of all)
    if (own === undefined) urls.set(place, (await withCatalogue()).url);
  return { url: shared.url, places: await placesAt(shared.url, urls) };
}

/** On the cluster of TEST_CITUS_URL, as `generate` makes it there. */
async function onCitus(): Promise<string> {
  const database = await createCitusDatabase({
    async migrate(empty) {
      await applySchema(empty, { ...config, schema: tables });
      await makeLoginsOf(empty, password);
    },
  });
  afterAll(() => database.drop());
  return database.url;
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
    migrate: (empty: string) => prepareForPlaces(empty, password),
  });

/** A further database with that, for a test which makes places of its own. */
export const another = async (): Promise<PlacesDatabase> =>
  placesDatabase((await withCatalogue()).url, password);

function placementsAt(urls: ReadonlyMap<string, string>, through = (url: string) => url) {
  return definePlacements(tenancy, {
    schemaTables,
    connect(name, login) {
      const url = urls.get(name);
      if (url === undefined || login === 'owner') return url;
      const { url: app, systemUrl: system } = loginUrls(url, password);
      return { app: through(app), system }[login];
    },
  });
}

/** A database is attacked from within; a schema from another and the shared tables, and these from it. */
function attacks(): RunPlaces['attacks'] {
  const all = Object.values(home);
  const [database] = all.filter((each) => each.schema === undefined);
  const [own, ...others] = all.filter((each) => each.schema !== undefined);
  const from = (place: string | null, attackerPlace: string | null) => ({ place, attackerPlace });
  return [
    ...(database === undefined ? [] : [from(database.place, database.place)]),
    ...(own === undefined
      ? []
      : [
          ...others.map(({ place }) => from(own.place, place)),
          from(own.place, null),
          from(null, own.place),
        ]),
  ];
}

/** Where the attacked organization lives, and the attacker. */
export interface Attack {
  readonly place: string | null;
  readonly attackerPlace: string | null;
}

/** The places of a run. */
export interface RunPlaces extends WorldPlaces {
  readonly placements: ReturnType<typeof placementsAt>;
  /** How their owner connects to the databases, by the name of the place. */
  readonly urls: ReadonlyMap<string, string>;
  /** The places to attack, and those to attack them from; null for the shared tables. */
  readonly attacks: readonly Attack[];
  /** Those of the configuration, and placements. */
  readonly features: NonNullable<(typeof config)['features']>;
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
  for (const { place, schema: own } of Object.values(home))
    await (own === undefined
      ? run('places', 'add', place, '--url', urls.get(place) as string)
      : run('places', 'add', place, '--url', shared, '--schema', own));
  /** How the owner connects to a place; in a schema its tables are found before the shared ones. */
  const adminUrlOf = ({ place, schema: own }: Home): string => {
    if (own === undefined) return urls.get(place) as string;
    const url = new URL(shared);
    url.searchParams.set('options', `-c search_path=${own},public`);
    return url.href;
  };
  const urlOf = new Map<string, string>();
  return {
    placements,
    urls,
    attacks: attacks(),
    features,
    placementsThrough: (through) => placementsAt(urls, through),
    adminUrls: Object.values(home).map(adminUrlOf),
    adminUrlOf: (id) => urlOf.get(id),
    async settle({ organizations }) {
      for (const [slug, id] of Object.entries(organizations)) {
        const own = home[slug];
        if (own === undefined) continue;
        // other tests of this server may have a transaction open, which seals wait for
        await run('tenants', 'move', id, '--to', own.place, '--wait', '120');
        urlOf.set(id, adminUrlOf(own));
      }
    },
  };
}
