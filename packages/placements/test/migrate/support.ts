import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PlacementConnection } from '@tenantry/core/placement';
import { definePlacements } from '@tenantry/placements';
import { applySchema } from '@tenantry/testing/schema';
import { testDatabase } from '@tenantry/testing/vitest';
import { runCommand } from 'tenantry';
import { afterAll, onTestFinished } from 'vitest';
import { ask, tenancy } from '../support/world.ts';

export interface Entry {
  readonly name: string;
  /** The statements, between which breakpoints stand. */
  readonly statements: readonly string[];
  readonly when: number;
}

/** A folder of migrations that grows. */
export function migrationsFolder(form: 'journal' | 'folders' = 'journal') {
  const folder = mkdtempSync(join(tmpdir(), 'tenantry-migrate-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  let entries: Entry[] = [];
  const write = (changed: readonly Entry[]) => {
    entries = [...changed];
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    if (form === 'journal') mkdirSync(join(folder, 'meta'));
    for (const { name, statements } of entries) {
      const text = statements.join('\n--> statement-breakpoint\n');
      if (form === 'journal') writeFileSync(join(folder, `${name}.sql`), text);
      else {
        mkdirSync(join(folder, name));
        writeFileSync(join(folder, name, 'migration.sql'), text);
      }
    }
    if (form === 'folders') return;
    const journal = entries.map(({ name: tag, when }, idx) => ({
      idx,
      version: '7',
      when,
      tag,
      breakpoints: true,
    }));
    writeFileSync(
      join(folder, 'meta', '_journal.json'),
      JSON.stringify({ version: '7', dialect: 'postgresql', entries: journal }),
    );
  };
  write([]);
  const add = (...statements: string[]): string => {
    const at = entries.length;
    const when = Date.UTC(2026, 0, 1, 0, 0, at);
    const name =
      form === 'journal'
        ? `${String(at).padStart(4, '0')}_step`
        : `${new Date(when).toISOString().replace(/\D/g, '').slice(0, 14)}_step`;
    write([...entries, { name, statements, when }]);
    return name;
  };
  return { folder, add, write, entries: () => entries };
}

/** A database with the catalogue of places, and nothing else. */
export const catalogueDatabase = () =>
  testDatabase({
    key: 'placements-fleet',
    migrate: async (url) => {
      const features = [definePlacements(tenancy, { connect: () => undefined })];
      await applySchema(url, { tenancy, schema: {}, features });
    },
  });

type Catalogued = Awaited<ReturnType<typeof catalogueDatabase>>;

/** Databases of this file that no test uses now: to empty one is quicker than to make one. */
const free: Catalogued[] = [];

async function emptyDatabase(): Promise<Catalogued> {
  let database = free.pop();
  if (database === undefined) {
    database = await catalogueDatabase();
    afterAll(() => void free.splice(0));
  }
  const used = database;
  const empty = async () => {
    const [{ whole }] = (await ask(
      used.url,
      "select to_regclass('tenantry.place_migrations') is not null as whole",
    )) as [{ whole: boolean }];
    if (!whole) return;
    await ask(
      used.url,
      `drop schema if exists drizzle, public cascade; create schema public;
       truncate tenantry.places, tenantry.placements, tenantry.place_migrations, tenantry.here cascade`,
    );
    free.push(used);
  };
  try {
    onTestFinished(empty);
  } catch {
    // for the whole file, not for one test
  }
  return database;
}

/** The shared database and places, each in a database of its own. */
export async function fleet(...names: string[]) {
  const [shared, ...others] = await Promise.all([undefined, ...names].map(emptyDatabase));
  const url = (shared as Catalogued).url;
  const urls = new Map<string, string>();
  for (const [i, name] of names.entries()) {
    const place = (others[i] as Catalogued).url;
    urls.set(name, place);
    const [{ mark }] = (await ask(
      place,
      'insert into tenantry.here (place) values ($1) returning mark',
      [name],
    )) as [{ mark: string }];
    await ask(url, 'insert into tenantry.places (name, mark) values ($1, $2)', [name, mark]);
  }
  return { shared: url, urls, all: [url, ...urls.values()] };
}

export type Fleet = Awaited<ReturnType<typeof fleet>>;

/** Runs `tenantry migrate` with `--json`. */
export async function migrating(
  { shared, urls }: Pick<Fleet, 'shared' | 'urls'>,
  folder: string,
  argv: readonly string[] = [],
  connect: (name: string, login: string) => PlacementConnection | undefined = (name, login) =>
    login === 'owner' ? urls.get(name) : undefined,
) {
  const config = {
    tenancy,
    features: [definePlacements(tenancy, { connect })],
    database: { migrationUrl: shared },
  };
  const { code, stdout, stderr } = await runCommand(config, [
    'migrate',
    ...argv,
    '--migrations',
    folder,
    '--json',
  ]);
  const answer = stdout === '' ? undefined : JSON.parse(stdout);
  return {
    code,
    stderr,
    answer,
    states: Object.fromEntries(
      (answer?.databases ?? []).map((each: { database: string; state: string }) => [
        each.database,
        each.state,
      ]),
    ) as Record<string, string>,
  };
}

/** What the ledger of a database says, in the order in which it ran. */
export const ledgerOf = async (url: string) =>
  (await ask(
    url,
    'select hash, created_at::text as at from drizzle.__drizzle_migrations order by id',
  )) as {
    hash: string;
    at: string;
  }[];
