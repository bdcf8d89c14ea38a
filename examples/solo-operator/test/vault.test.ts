import { tenantryErrorOf } from '@tenantry/core/adapter';
import { describe, expect, test } from 'vitest';
import { changeSecret, createVaultItem, reveal } from '../src/vault/items.ts';
import { readWrappingKeys } from '../src/vault/wrapping-keys.ts';
import { newWrappingKey, vaults } from './support/vaults.ts';

// The vault in its database: what a dump, another tenant and a changed row are worth.

const { db, as, ask, entries } = await vaults();
const keys = readWrappingKeys(newWrappingKey());
const secret = 'correct horse battery staple';

const put = (business: 'studio' | 'bakery', name = 'Registrar') =>
  as(business, () => createVaultItem(db, keys, { name, category: 'passwords', secret }));
const show = (business: 'studio' | 'bakery', id: string, by = keys) =>
  as(business, () => reveal(db, by, id));
const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error: unknown) => tenantryErrorOf(error)?.code ?? String(error),
  );

describe('a secret', () => {
  test('is shown to its business, and is nobody else’s', async () => {
    const id = await put('studio');
    expect(await show('studio', id)).toBe(secret);
    expect(await show('bakery', id)).toBeUndefined();
    expect(await show('studio', 'no such item')).toBeUndefined();
  });

  test('is nowhere in a dump of all tables, the audit log included', async () => {
    const id = await put('studio');
    await as('studio', () => changeSecret(db, keys, id, `${secret} again`));
    const tables = await ask(
      `select relname from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r'`,
    );
    for (const { relname } of tables) {
      const rows = JSON.stringify(await ask(`select t::text from ${relname} t`));
      expect(rows).not.toContain('horse');
      expect(rows).not.toContain(Buffer.from(secret).toString('base64').slice(0, 20));
    }
  });

  test('is replaced by another one', async () => {
    const id = await put('studio');
    expect(await as('studio', () => changeSecret(db, keys, id, 'new'))).toBe(true);
    expect(await show('studio', id)).toBe('new');
    expect(await as('bakery', () => changeSecret(db, keys, id, 'stolen'))).toBe(false);
    expect(await show('studio', id)).toBe('new');
  });

  test('has a data key that many first requests make once', async () => {
    const fresh = [{ name: 'A' }, { name: 'B' }, { name: 'C' }, { name: 'D' }];
    await ask(`delete from vault_items where business_id = 'bakery'`);
    await ask(`delete from vault_keys where business_id = 'bakery'`);
    const ids = await Promise.all(fresh.map(({ name }) => put('bakery', name)));
    for (const id of ids) expect(await show('bakery', id)).toBe(secret);
    const made = await ask(`select * from vault_keys where business_id = 'bakery'`);
    expect(made).toHaveLength(1);
  });
});

describe('a ciphertext', () => {
  test('does not decrypt in another row of the same business', async () => {
    const [one, other] = [await put('studio'), await put('studio')];
    await ask(
      `update vault_items set encrypted_value = (select encrypted_value from vault_items where id = $1) where id = $2`,
      [one, other],
    );
    expect(await codeOf(show('studio', other))).toBe('VAULT_UNREADABLE');
  });

  test('does not decrypt in another business, even with the key of its own', async () => {
    const [mine, theirs] = [await put('studio'), await put('bakery')];
    await ask(
      `update vault_items set encrypted_value = (select encrypted_value from vault_items where id = $1) where id = $2`,
      [mine, theirs],
    );
    expect(await codeOf(show('bakery', theirs))).toBe('VAULT_UNREADABLE');
    await ask(
      `update vault_keys b set wrapped_key = s.wrapped_key from vault_keys s
        where s.business_id = 'studio' and b.business_id = 'bakery' and b.version = s.version`,
    );
    expect(await codeOf(show('bakery', theirs))).toBe('VAULT_UNREADABLE');
    await ask(`delete from vault_items where business_id = 'bakery'`);
    await ask(`delete from vault_keys where business_id = 'bakery'`);
  });

  test('does not decrypt with one bit changed', async () => {
    const id = await put('studio');
    await ask(
      `update vault_items set encrypted_value = encode(set_bit(decode(encrypted_value, 'base64'), 300,
         1 - get_bit(decode(encrypted_value, 'base64'), 300)), 'base64') where id = $1`,
      [id],
    );
    expect(await codeOf(show('studio', id))).toBe('VAULT_UNREADABLE');
  });

  test('does not decrypt for a process with other keys, and the answer tells nothing', async () => {
    const id = await put('studio');
    const others = readWrappingKeys(newWrappingKey());
    const error = await show('studio', id, others).catch((thrown: unknown) => thrown);
    expect(tenantryErrorOf(error)?.code).toBe('VAULT_KEY_MISSING');
    expect(String(error)).not.toContain('horse');
    expect(String(error)).not.toContain(id);
  });
});

describe('the audit log', () => {
  test('has an entry of who was shown what, for every time', async () => {
    const id = await put('studio', 'Server');
    await show('studio', id);
    await show('studio', id);
    const found = (await entries('vault.revealed')).filter((each) => each.resource_id === id);
    expect(found).toHaveLength(2);
    expect(found[0]).toMatchObject({
      business_id: 'studio',
      actor_id: 'mira',
      resource_type: 'vault_item',
      metadata: { name: 'Server', category: 'passwords' },
    });
  });

  test('has an entry of a secret that does not decrypt, and none of an item that is not there', async () => {
    const id = await put('studio');
    await ask(`update vault_items set encrypted_value = 'AQ==' where id = $1`, [id]);
    await codeOf(show('studio', id));
    await show('bakery', id);
    const of = async (action: string) =>
      (await entries(action)).filter((each) => each.resource_id === id).length;
    expect([await of('vault.unreadable'), await of('vault.revealed')]).toEqual([1, 0]);
  });

  test('comes first: a secret whose entry cannot be written is not shown', async () => {
    const id = await put('studio');
    await ask(`
      create function refuse() returns trigger language plpgsql as $$ begin raise 'the log is full'; end $$;
      create trigger refuse before insert on audit_logs for each row
        when (new.action = 'vault.revealed') execute function refuse()`);
    const shown = await show('studio', id).catch(() => 'refused');
    await ask('drop trigger refuse on audit_logs; drop function refuse');
    expect(shown).toBe('refused');
  });
});
