import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { tenantryErrorOf } from '@tenantry/core/adapter';
import { beforeEach, describe, expect, test } from 'vitest';
import { vaultItems } from '../src/schema/index.ts';
import { withCurrentKey } from '../src/vault/data-keys.ts';
import { changeSecret, createVaultItem, reveal } from '../src/vault/items.ts';
import { keysToRewrap, rewrapDataKeys } from '../src/vault/rewrap.ts';
import { rotateDataKey, rotationProgress } from '../src/vault/rotation.ts';
import { readWrappingKeys } from '../src/vault/wrapping-keys.ts';
import { newWrappingKey, vaults } from './support/vaults.ts';

// Keys are replaced while the application serves, and by a command that may be killed.

const { db, urls, admin, as, asOperator, ask, entries } = await vaults();
const wrappingKey = newWrappingKey();
const keys = readWrappingKeys(wrappingKey);

const put = (secret: string) =>
  as('studio', () => createVaultItem(db, keys, { name: secret, category: 'other', secret }));
const show = (id: string, by = keys) => as('studio', () => reveal(db, by, id));
const rotate = (options = {}) => asOperator(() => rotateDataKey(db, keys, 'studio', options));
const progress = () => asOperator(() => rotationProgress(db, 'studio'));
const versions = async () =>
  (await ask('select version from vault_keys order by version')).map(({ version }) => version);

let ids: string[] = [];
const secretOf = (n: number) => `secret ${n}`;
const allAreRead = async () => {
  for (const [n, id] of ids.entries()) expect(await show(id)).toBe(secretOf(n));
};

beforeEach(async () => {
  await ask('delete from vault_items');
  await ask('delete from vault_keys');
  ids = [];
  for (let n = 0; n < 12; n += 1) ids.push(await put(secretOf(n)));
});

describe('a rotation of the data key', () => {
  test('encrypts everything with a new key, deletes the old one, and is in the audit log', async () => {
    const seen: number[] = [];
    const result = await rotate({
      batch: 5,
      onProgress: (at: { left: number }) => seen.push(at.left),
    });
    expect(result).toEqual({ version: 2, items: 12, left: 0, olderKeys: 0, unreadable: [] });
    expect(seen).toEqual([7, 2, 0]);
    expect(await versions()).toEqual([2]);
    await allAreRead();
    expect((await entries('vault.rotated')).at(-1)).toMatchObject({
      business_id: 'studio',
      reason: 'rotate keys',
      metadata: { from: 1, to: 2, items: 12 },
    });
  });

  test('leaves both keys readable, and goes on where it was stopped', async () => {
    const stop = new AbortController();
    const stopped = await rotate({ batch: 5, signal: stop.signal, onProgress: () => stop.abort() });
    expect(stopped).toMatchObject({ version: 2, left: 7, olderKeys: 1 });
    await allAreRead();
    const fresh = await put(secretOf(12)); // with the new key
    ids.push(fresh);
    expect(await progress()).toMatchObject({ items: 13, left: 7 });
    expect(await rotate()).toMatchObject({ version: 2, left: 0, olderKeys: 0 });
    await allAreRead();
  });

  test('is the same one when two begin it at once', async () => {
    const results = await Promise.all([rotate({ batch: 2 }), rotate({ batch: 3 })]);
    expect(results.map(({ left, olderKeys }) => left + olderKeys)).toEqual([0, 0]);
    await allAreRead();
  });

  test('loses no write that goes on meanwhile', async () => {
    let rotating = true;
    const writes = ids.map(async (id, n) => {
      for (let round = 0; rotating || round === 0; round += 1) {
        const secret = `${secretOf(n)} in round ${round}`;
        expect(await as('studio', () => changeSecret(db, keys, id, secret))).toBe(true);
        expect(await show(id)).toBe(secret);
      }
      await as('studio', () => changeSecret(db, keys, id, secretOf(n)));
    });
    for (let round = 0; round < 3; round += 1) await rotate({ batch: 3 });
    rotating = false;
    await Promise.all(writes);
    await rotate();
    await allAreRead();
    expect(await versions()).toHaveLength(1);
  });

  test('lets a write whose key is gone be done with the new one', async () => {
    await ask('delete from vault_items');
    const next = keys.create('studio', 2);
    const tried: number[] = [];
    await as('studio', () =>
      withCurrentKey(db, keys, async ({ version }) => {
        tried.push(version);
        if (version === 1) {
          // a rotation ends between the reading of the key and the write
          await ask(
            'insert into vault_keys (business_id, version, wrapped_key, wrapped_by) values ($1, 2, $2, $3)',
            ['studio', next.wrappedKey, next.wrappedBy],
          );
          await ask('delete from vault_keys where version = 1');
        }
        const values = { name: 'late', category: 'other', encryptedValue: 'x' } as const;
        await db.insert(vaultItems).values({ ...values, keyVersion: version });
      }),
    );
    expect(tried).toEqual([1, 2]);
  });

  test('takes a row with it that is written with the old key at the last moment', async () => {
    const [row] = await ask('delete from vault_items where id = $1 returning *', [ids[0]]);
    const writer = await admin.connect();
    await writer.query('begin');
    await writer.query(
      'insert into vault_items select * from json_populate_record(null::vault_items, $1)',
      [row],
    );
    const rotated = rotate();
    const isWaiting = `select from pg_stat_activity where wait_event_type = 'Lock' and query ~ 'delete from "vault_keys"'
      and datname = current_database()`;
    await expect.poll(() => ask(isWaiting)).toHaveLength(1);
    await writer.query('commit');
    writer.release();
    expect(await rotated).toMatchObject({ items: 12, left: 0, olderKeys: 0 });
    await allAreRead();
  });

  test('keeps the key of a secret that does not decrypt, names it, and ends', async () => {
    await ask(`update vault_items set encrypted_value = 'AQ==' where id = $1`, [ids[3]]);
    expect(await rotate({ batch: 5 })).toEqual({
      version: 2,
      items: 12,
      left: 1,
      olderKeys: 1,
      unreadable: [ids[3]],
    });
    expect(await versions()).toEqual([1, 2]);
  });

  test('is nothing for a business without a vault', async () => {
    const result = await asOperator(() => rotateDataKey(db, keys, 'bakery'));
    expect(result).toEqual({ version: 0, items: 0, left: 0, olderKeys: 0, unreadable: [] });
  });
});

describe('the wrapping key', () => {
  const next = newWrappingKey();
  const both = readWrappingKeys(`${next},${wrappingKey}`);
  const after = readWrappingKeys(next);
  const codeOf = (work: Promise<unknown>) =>
    work.then(
      () => undefined,
      (error: unknown) => tenantryErrorOf(error)?.code ?? String(error),
    );

  test('is replaced without touching a secret, in batches', async () => {
    const before = await ask('select id, encrypted_value from vault_items order by id');
    await rotate({ signal: AbortSignal.abort() }); // two keys
    expect(await asOperator(() => keysToRewrap(db, both))).toBe(2);
    const seen: number[] = [];
    await asOperator(() => rewrapDataKeys(db, both, (left) => seen.push(left), 1));
    expect(seen).toEqual([1, 0]);
    expect(await ask('select id, encrypted_value from vault_items order by id')).toEqual(before);
    expect(await codeOf(show(ids[0] as string, keys))).toBe('VAULT_KEY_MISSING');
    for (const [n, id] of ids.entries()) expect(await show(id, after)).toBe(secretOf(n));
  });

  test('is not replaced by a process that lacks the former one', async () => {
    const work = asOperator(() => rewrapDataKeys(db, after));
    expect(await codeOf(work)).toBe('VAULT_KEY_MISSING');
    await allAreRead();
  });
});

describe('the command', () => {
  const start = (...args: string[]) => {
    const file = join(import.meta.dirname, '../src/rotate-vault.ts');
    const child = spawn(
      process.execPath,
      ['--conditions=@tenantry/source', '--import', 'tsx', file, ...args],
      {
        env: {
          ...process.env,
          VAULT_KEYS: wrappingKey,
          DATABASE_URL: urls.url,
          DATABASE_URL_SYSTEM: urls.systemUrl,
        },
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    return { child, lines: createInterface(child.stdout) };
  };

  test('goes on after it was killed, and nothing was unreadable in between', async () => {
    const first = start('--batch', '1');
    await once(first.lines, 'line');
    first.child.kill('SIGKILL');
    await once(first.child, 'exit');
    const { left } = await progress();
    expect(left).toBeGreaterThan(0);
    expect(left).toBeLessThan(12);
    await allAreRead();

    const second = start('--business', 'studio');
    const said: string[] = [];
    second.lines.on('line', (line) => said.push(line));
    expect(await once(second.child, 'close')).toEqual([0, null]);
    expect(said).toEqual(['studio: 12 of 12', 'studio: key 2 for 12 items']);
    expect(await progress()).toEqual({ version: 2, items: 12, left: 0, olderKeys: 0 });
    await allAreRead();
  });
});
