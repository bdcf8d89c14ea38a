import { mkdirSync, mkdtempSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { checkFolder, checkPrefix } from '../src/commands/generate/check-folder.ts';

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
    'a snapshot is cut off',
    () => write('meta/0001_snapshot.json', '{'),
    /meta\/0001_snapshot\.json cannot be read/,
  ],
])('%s: it is said, with the way out', (_, change, found) => {
  change();
  expect(refusal()).toMatch(found);
});

test('a prefix with which drizzle-kit forgets its snapshot is refused, and the other four are not', () => {
  const drizzleConfig = '/somewhere/drizzle.config.ts';
  expect(() => checkPrefix({ prefix: 'none', drizzleConfig })).toThrow(
    'its second migration creates every table again',
  );
  for (const prefix of [undefined, 'index', 'timestamp', 'supabase', 'unix']) {
    expect(() => checkPrefix({ prefix, drizzleConfig })).not.toThrow();
  }
});
