import { mkdirSync, mkdtempSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { checkFolder } from '../src/commands/generate/check-folder.ts';
import { checkPrefix } from '../src/commands/generate/check-prefix.ts';

let folder = '';
const write = (file: string, text: string) => writeFileSync(join(folder, file), text);
const entry = (idx: number, tag: string) => ({
  idx,
  version: '7',
  when: idx,
  tag,
  breakpoints: true,
});
const journal = (...entries: readonly object[]) =>
  write('meta/_journal.json', JSON.stringify({ version: '7', dialect: 'postgresql', entries }));

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tenantry-folder-'));
  mkdirSync(join(folder, 'meta'));
  for (const [i, tag] of ['0000_a', '0001_b', '0002_c'].entries()) {
    write(`${tag}.sql`, 'select 1;');
    write(`meta/000${i}_snapshot.json`, JSON.stringify({ id: `id${i}`, prevId: `id${i - 1}` }));
  }
  journal(entry(0, '0000_a'), entry(1, '0001_b'), entry(2, '0002_c'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const refusal = () => {
  try {
    checkFolder(folder);
  } catch (error) {
    expect((error as { code: string }).code).toBe('MIGRATIONS_INCONSISTENT');
    expect((error as { fix: string }).fix).toContain('Nothing was written.');
    return (error as { found: string }).found;
  }
  return undefined;
};

test('a folder that is whole, and one that is not there, pass', () => {
  expect(refusal()).toBeUndefined();
  expect(() => checkFolder(join(folder, 'nowhere'))).not.toThrow();
});

test.each<[string, () => void, RegExp]>([
  [
    'a migration was deleted from the middle',
    () => unlinkSync(join(folder, '0001_b.sql')),
    /0001_b stands in .* its file is gone/,
  ],
  ['a migration stands in no journal', () => write('0003_d.sql', ''), /0003_d\.sql does not stand/],
  [
    'the journal is in conflict',
    () => write('meta/_journal.json', '<<<<<<< HEAD\n{}\n=======\n{}\n>>>>>>> b\n'),
    /in conflict after a merge/,
  ],
  ['the journal is cut off', () => write('meta/_journal.json', '{ "entries": ['), /cannot be read/],
  [
    'the journal is something else',
    () => write('meta/_journal.json', '{ "entries": [{}] }'),
    /cannot be read/,
  ],
  [
    'the journal is gone',
    () => unlinkSync(join(folder, 'meta/_journal.json')),
    /no meta\/_journal\.json/,
  ],
  [
    'two branches have one number',
    () => journal(entry(0, '0000_a'), entry(1, '0001_b'), entry(1, '0002_c')),
    /two entries/,
  ],
  [
    'two branches follow one snapshot',
    () => write('meta/0002_snapshot.json', '{ "id": "x", "prevId": "id0" }'),
    /follow the same snapshot/,
  ],
  [
    'a migration was deleted from the middle with its entry and its snapshot',
    () => {
      for (const file of ['0001_b.sql', 'meta/0001_snapshot.json']) unlinkSync(join(folder, file));
      journal(entry(0, '0000_a'), entry(2, '0002_c'));
    },
    /between meta\/0000_snapshot\.json and meta\/0002_snapshot\.json a migration is missing/,
  ],
  [
    'a migration is in conflict',
    () => write('0001_b.sql', 'select 1;\n<<<<<<< HEAD\nselect 2;\n=======\n>>>>>>> b\n'),
    /0001_b\.sql is in conflict after a merge/,
  ],
  [
    'a snapshot is in conflict',
    () => write('meta/0001_snapshot.json', '{\n<<<<<<< HEAD\n=======\n>>>>>>> b\n}'),
    /meta\/0001_snapshot\.json is in conflict after a merge/,
  ],
  [
    'a snapshot is cut off',
    () => write('meta/0001_snapshot.json', '{'),
    /meta\/0001_snapshot\.json cannot be read/,
  ],
])('%s: it is said, with the way out', (_, change, found) => {
  change();
  expect(refusal()).toMatch(found);
});

describe('a folder of Drizzle 1.0', () => {
  const snapshot = (name: string, id: string, ...prevIds: string[]) => {
    mkdirSync(join(folder, name), { recursive: true });
    write(`${name}/migration.sql`, 'select 1;');
    write(`${name}/snapshot.json`, JSON.stringify({ id, prevIds }));
  };
  beforeEach(() => {
    rmSync(folder, { recursive: true });
    snapshot('20260101000000_a', 'a', '00000000-0000-0000-0000-000000000000');
    snapshot('20260102000000_b', 'b', 'a');
    snapshot('20260103000000_c', 'c', 'b');
  });

  test('passes, also with two branches, which drizzle-kit merges', () => {
    expect(refusal()).toBeUndefined();
    snapshot('20260103000001_d', 'd', 'b');
    snapshot('20260104000000_e', 'e', 'c', 'd');
    expect(refusal()).toBeUndefined();
  });

  test.each<[string, () => void, RegExp]>([
    [
      'one was deleted from the middle',
      () => rmSync(join(folder, '20260102000000_b'), { recursive: true }),
      /20260103000000_c\/snapshot\.json and the snapshot that it follows a migration is missing/,
    ],
    [
      'a migration is in conflict',
      () => write('20260102000000_b/migration.sql', '<<<<<<< HEAD\n=======\n>>>>>>> b\n'),
      /20260102000000_b\/migration\.sql is in conflict/,
    ],
    [
      'a snapshot is cut off',
      () => write('20260102000000_b/snapshot.json', '{'),
      /20260102000000_b\/snapshot\.json cannot be read/,
    ],
  ])('%s: it is said', (_, change, found) => {
    change();
    expect(refusal()).toMatch(found);
  });
});

describe('migrations.prefix', () => {
  const drizzleConfig = '/somewhere/drizzle.config.ts';
  test.each([undefined, 'index', 'timestamp', 'supabase', 'unix'])('%s passes', (prefix) => {
    expect(() => checkPrefix({ prefix, drizzleConfig }, '0.31.11')).not.toThrow();
  });

  test.each([
    ['none', 'its second migration creates every table again'],
    ['', 'which drizzle-kit does not know'],
    ['Index', 'which drizzle-kit does not know'],
    ['uuid', 'which drizzle-kit does not know'],
  ])('%j is refused, and says what to use', (prefix, found) => {
    const check = () => checkPrefix({ prefix, drizzleConfig }, '0.31.11');
    expect(check).toThrow(found);
    expect(check).toThrow("Use 'index', 'timestamp', 'unix' or 'supabase'");
  });

  test('says nothing from drizzle-kit 1.0 on, which names folders by the time', () => {
    expect(() => checkPrefix({ prefix: 'none', drizzleConfig }, '1.0.0-rc.5')).not.toThrow();
  });
});
