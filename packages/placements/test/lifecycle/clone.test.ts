import { readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { masked } from '@tenantry/placements';
import { pgTable, text } from 'drizzle-orm/pg-core';
import fc from 'fast-check';
import { runCommand } from 'tenantry';
import { describe, expect, it } from 'vitest';
import { maskerOf } from '../../src/lifecycle/masking/mask-value.ts';
import { fresh } from '../support/exports.ts';
import { acme, copy, maskable, people } from '../support/masks.ts';

const secrets = /@acme|"(Ada|Bob)"|1234567|call |"12345"|"030"|likes/i;

describe('tenantry tenants clone', () => {
  it('copies a tenant to another database, with masks and whole references', async () => {
    const source = await maskable();
    const target = await maskable(true);
    const clone = (...args: string[]) =>
      runCommand(source.config, ['tenants', 'clone', 'acme', '--as', copy, ...args]);
    // users.theme is not personal by its name, users.name is
    const { stderr, code } = await clone('--set', 'slug=acme-test', '--to-url', target.url);
    expect([code, stderr]).toEqual([0, '']);
    const users = await target.ask('select id, email, name, bio, theme from users order by id');
    expect(users.map(({ id }) => id)).toEqual(people.map(({ id }) => id));
    for (const { email, name, bio, theme } of users) {
      expect(email).toMatch(/^user-[0-9a-f]{20}@masked\.example$/);
      expect(name).toMatch(/^[A-Z][a-z]+ [A-Z][a-z]+ [0-9a-f]+$/);
      expect([bio, theme]).toEqual([{}, 'dark']);
    }
    const contacts = await target.ask(
      `select u.id, phone, note, zip, fax, street, c.organization_id from contacts c join users u on u.email = c.email order by 1`,
    );
    expect(contacts).toMatchObject(
      people.map(({ id }) => ({
        id,
        organization_id: copy,
        zip: '12…',
        fax: null,
        street: 'Main St',
        phone: expect.stringMatching(/^\+999\d{11}$/),
        note: expect.stringMatching(/^[0-9a-f]{16} lorem/),
      })),
    );
    expect(JSON.stringify([users, contacts])).not.toMatch(secrets);
    expect(readdirSync(tmpdir()).filter((each) => each.startsWith('tenantry-clone-'))).toEqual([]);
    // in the same database people are who they are
    const beside = await clone('--set', 'slug=acme-2', '--to-url', source.url);
    expect(beside.code).toBe(1);
    expect(beside.stderr).toContain('IMPORT_REFUSED');
  });

  it('refuses columns that look personal and are neither masked nor declared unmasked', async () => {
    const { config, ask, url } = await maskable();
    const clone = () =>
      runCommand(config, ['tenants', 'clone', 'acme', '--as', copy, '--to-url', url]);
    await ask(`create table leads (organization_id uuid not null, id uuid primary key, "firstName" text, size int, ip_address inet);
      alter table users add avatar_url text; grant all on leads to masks_system`);
    const { stderr, code } = await clone();
    expect(code).toBe(1);
    expect(stderr).toContain('PERSONAL_UNMASKED');
    expect(stderr).toContain(
      'public.users.avatar_url, public.leads.firstName, public.leads.ip_address.',
    );
    expect(await ask('select from organizations')).toHaveLength(1);
  });
});

it('tenantry tenants export --masked writes no personal value', async () => {
  const { config } = await maskable();
  const read = async (key?: string) => {
    const to = fresh();
    process.env.MASKING_KEY = key ?? '';
    const { code, stderr } = await runCommand(config, [
      'tenants',
      'export',
      acme,
      '--to',
      to,
      '--masked',
    ]);
    delete process.env.MASKING_KEY;
    if (code !== 0) return stderr;
    return readdirSync(to)
      .sort()
      .map((file) => readFileSync(join(to, file), 'utf8').replace(/"exportedAt".*/, ''))
      .join('');
  };
  const first = await read();
  expect(first).not.toMatch(secrets);
  expect(first).toContain('"masked": true');
  expect(await read()).not.toBe(first);
  const key = 'k'.repeat(32);
  expect(await read(key)).toBe(await read(key));
  expect(await read('short')).toContain('MASKING_KEY_SHORT');
});

describe('a mask', () => {
  it('is the same for the same value, another for another, and does not tell it', () => {
    const [one, other] = ['one', 'other'].map((key) => maskerOf(key.repeat(32)));
    fc.assert(
      fc.property(
        fc.constantFrom('email', 'name', 'phone', 'text' as const),
        fc.string({ minLength: 1 }),
        fc.string({ minLength: 1 }),
        (kind, a, b) => {
          const mask = (value: string, by = one) =>
            by?.(kind as 'email', value, { type: 'text' }) ?? '';
          expect(mask(a)).toBe(mask(a));
          expect(mask(a) === mask(b)).toBe(a === b);
          expect(mask(a, other)).not.toBe(mask(a));
          if (a.length > 8) expect(mask(a)).not.toContain(a);
        },
      ),
    );
    expect(one?.('email', 'A@x', { type: 'citext' })).toBe(
      one?.('email', 'a@X', { type: 'citext' }),
    );
    expect(one?.('name', 'Ada', { type: 'character varying(5)' })).toHaveLength(5);
  });

  it('that there is not, or that its column cannot hold, is refused', () => {
    const table = (masks: object) =>
      pgTable('t', { id: text().primaryKey() }, (t) => masked(t, masks as never));
    const made = (masks: object) => () => {
      const { id } = table(masks);
      return masked({ id }, masks as never);
    };
    for (const wrong of [{ id: 'hash' }, { id: { sql: '' } }, { id: { value: null } }])
      expect(made(wrong)).toThrow('CONFIG_INVALID');
  });
});
