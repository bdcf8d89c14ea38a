import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { exported, imported, pair } from '../support/exports.ts';
import { acme, ada, ask, globex } from '../support/world.ts';

describe('import', () => {
  it('refuses files that were changed, cut off or lost, before it writes', async () => {
    const { source, target } = await pair();
    const spoiled = async (spoil: (file: string, to: string) => void) => {
      const { to, manifest } = await exported(source);
      spoil(join(to, manifest.tables.find(({ name }) => name === 'users')?.file ?? ''), to);
      return imported(target, to);
    };
    const change = (from: string, with_: string) => (file: string) =>
      writeFileSync(file, readFileSync(file, 'utf8').replace(from, with_));
    for (const spoil of [
      change('ada@', 'eve@'),
      change('\n', ''),
      change(']', ',"x"]'),
      change('"ada', '{"ada'),
      (file: string) => appendFileSync(file, '["x",null]\n'),
      (file: string) => writeFileSync(file, ''),
      (_: string, to: string) => writeFileSync(join(to, 'manifest.json'), '{"format": 1}'),
      (_: string, to: string) => writeFileSync(join(to, 'manifest.json'), '{"format": 2}'),
      (_: string, to: string) => writeFileSync(join(to, 'manifest.json'), ''),
      (_: string, to: string) => {
        const file = join(to, 'manifest.json');
        writeFileSync(file, readFileSync(file, 'utf8').replace('"001-', '"../001-'));
      },
    ]) {
      await expect(spoiled(spoil)).rejects.toMatchObject({ code: 'EXPORT_INVALID' });
    }
    expect(await ask(target, 'select from organizations')).toEqual([]);
  });

  it('refuses a tenant that has rows, other columns, and rows that refer to nothing', async () => {
    const { source, target } = await pair();
    await ask(
      source,
      `create table plans (id text primary key); insert into plans values ('pro');
      create table chosen (organization_id uuid primary key, plan text references plans); insert into chosen values ('${acme}', 'pro')`,
    );
    const { to } = await exported(source);
    await expect(imported(target, to)).rejects.toMatchObject({
      code: 'EXPORT_DIFFERS',
      message: expect.stringContaining('public.chosen'),
    });
    await ask(target, 'create table chosen (organization_id uuid primary key, plan varchar(3))');
    await expect(imported(target, to)).rejects.toMatchObject({ code: 'EXPORT_DIFFERS' });
    await ask(
      target,
      `drop table chosen; create table plans (id text primary key);
      create table chosen (organization_id uuid primary key, plan text references plans)`,
    );
    await expect(imported(target, to)).rejects.toMatchObject({
      code: 'IMPORT_REFUSED',
      message: expect.stringContaining('chosen_plan_fkey'),
    });
    expect(await ask(target, 'select from users')).toEqual([]);
    await ask(target, `insert into plans values ('pro')`);
    await imported(target, to);
    await expect(imported(target, to)).rejects.toMatchObject({ code: 'TENANT_HAS_ROWS' });
    await expect(imported(source, to)).rejects.toMatchObject({ code: 'TENANT_HAS_ROWS' });
  });

  it('refuses an audit log whose chain a trigger would write twice', async () => {
    const links =
      'create table tenantry.audit_links (tenant uuid, position bigint, primary key (tenant, position));';
    const { source, target } = await pair(links);
    await ask(source, `insert into tenantry.audit_links values ('${acme}', 1)`);
    const { to } = await exported(source);
    await expect(imported(target, to)).rejects.toMatchObject({ code: 'IMPORT_REFUSED' });
    await imported(target, to, { as: globex });
  });

  it('says which constraint a row is against, and none of its values', async () => {
    const { source, target } = await pair();
    await ask(target, `insert into organizations values ('${globex}', 'acme')`);
    const { to } = await exported(source);
    const refused = imported(target, to);
    await expect(refused).rejects.toMatchObject({
      code: 'IMPORT_REFUSED',
      message: expect.stringContaining('organizations_slug'),
    });
    await expect(refused).rejects.not.toThrow(/acme/);
  });
});

describe('import under another id', () => {
  const initech = '00000000-0000-4000-8000-00000000000c';
  const tree = `
    create table notes (organization_id uuid not null, id uuid primary key default gen_random_uuid(), parent uuid references notes, home uuid references organizations);
    create table lines (note uuid not null references notes, number int not null, body text, primary key (note, number));
  `;

  it('makes a second tenant beside the first one', async () => {
    const { source } = await pair(tree);
    await ask(
      source,
      `with n as (insert into notes (organization_id, home) values ('${acme}', '${acme}') returning id),
      m as (insert into notes (organization_id, parent) select '${acme}', id from n) insert into lines select id, 1, 'a' from n`,
    );
    const { to } = await exported(source);
    const made = await imported(source, to, { as: initech, set: { slug: 'initech' } });
    expect(made.tenant).toBe(initech);
    const shape = (tenant: string) =>
      ask(
        source,
        `select n.home, p.id is not null as child, l.body from notes n left join notes p on p.id = n.parent and p.organization_id = n.organization_id
        left join lines l on l.note = n.id where n.organization_id = $1 order by 2`,
        [tenant],
      );
    expect(await shape(initech)).toEqual([
      { home: initech, child: false, body: 'a' },
      { home: null, child: true, body: null },
    ]);
    expect(await shape(acme)).toHaveLength(2);
    expect(
      await ask(source, 'select user_id from memberships where organization_id = $1', [initech]),
    ).toEqual([{ user_id: ada }]);
  });

  it('refuses a number that is a key by itself', async () => {
    const { source } = await pair(
      'create table counted (id serial primary key, organization_id uuid not null);',
    );
    await ask(source, `insert into counted (organization_id) values ('${acme}')`);
    const { to } = await exported(source);
    const options = { as: initech, set: { slug: 'initech' } };
    await expect(imported(source, to, options)).rejects.toMatchObject({
      code: 'IMPORT_REFUSED',
      message: expect.stringContaining('public.counted'),
    });
    await imported(source, to, { ...options, without: ['public.counted'] });
  });
});
