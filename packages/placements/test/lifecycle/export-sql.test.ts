import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { withClient } from '@tenantry/testing/schema';
import { describe, expect, it } from 'vitest';
import { exportSql } from '../../src/lifecycle/export/export-sql.ts';
import { fresh, pair } from '../support/exports.ts';
import { acme, ask, globex, tenancy } from '../support/world.ts';

const psql = ['/usr/bin/psql', '/usr/lib/postgresql/15/bin/psql'].find((each) => existsSync(each));

const tables = `
  create table folders (organization_id uuid not null, id serial primary key, parent_id int references folders, title text,
    size int generated always as (length(title)) stored, at timestamptz, price numeric, bin bytea, j json, list text[], o int generated always as identity);
  create table files (id int primary key, folder_id int not null references folders);
  create table plans (id text primary key); insert into plans values ('pro');
  create table chosen (organization_id uuid primary key, plan text references plans);
`;
const rows = `
  insert into folders (organization_id, id, parent_id, title, at, price, bin, j, list)
    select '${acme}', g, nullif(g - 1, 0), E'it''s \\\\ :x $$ \\u2028\\n\\\\. \\t' || g, '2026-03-02 03:04:05.123456+09', 1.50, '\\x00ff', '{"a": 1.0}', array['a,b', null]
    from generate_series(1, 40) g;
  insert into folders (organization_id, id) values ('${globex}', 100);
  insert into files values (1, 1), (2, 40), (3, 100); insert into chosen values ('${acme}', 'pro');
`;
const written = async (url: string, masked = false) => {
  const to = fresh();
  const made = await withClient(url, (client) =>
    exportSql(client, { tenancy, tenant: acme, to, masked }),
  );
  return { to, ...made, text: readFileSync(to, 'utf8') };
};
/** What psql sends, without its own command. */
const run = (url: string, text: string) => ask(url, text.replace('\\set ON_ERROR_STOP on\n', ''));
const contents = async (url: string) =>
  JSON.stringify(
    await Promise.all(
      ['folders', 'files', 'chosen', 'users', 'memberships', 'organizations'].map((table) =>
        ask(
          url,
          `select t::text from ${table} t where t::text !~ '${globex}|0b1,|,100\\)$' order by 1`,
        ),
      ),
    ),
  );

describe('an export as SQL', () => {
  it('is the tenant in another database, to the last bit', async () => {
    const { source, target } = await pair(tables);
    await ask(source, rows);
    await ask(target, "insert into plans values ('pro')");
    const { to, text, rows: counts, sha256 } = await written(source);
    expect(counts).toMatchObject({ 'public.folders': 40, 'public.files': 2 });
    expect(text).not.toContain(globex);
    const lines = text.slice(0, text.lastIndexOf('-- sha256'));
    expect(createHash('sha256').update(lines).digest('hex')).toBe(sha256);
    expect(text.endsWith(`${sha256}\n`)).toBe(true);
    expect(statSync(to).mode & 0o077).toBe(0);
    await run(target, text);
    expect(await contents(target)).toBe(await contents(source));
    const next = 'insert into folders (organization_id) values ($1) returning id';
    expect(await ask(target, next, [acme])).toEqual([{ id: 41 }]);
    // a second time is refused as a whole
    await expect(run(target, text)).rejects.toThrow('duplicate key');
  });

  it('leaves nothing behind when a row refers to what is not there', async () => {
    const { source, target } = await pair(tables);
    await ask(source, rows);
    const { text } = await written(source);
    await expect(run(target, text)).rejects.toThrow(
      'a row of public.chosen refers by chosen_plan_fkey to a row of public.plans that is not here',
    );
    expect(await ask(target, 'select from organizations')).toEqual([]);
  });

  it('is a file that is whole or not there, and masked when it is asked for', async () => {
    const { source } = await pair(tables);
    await expect(written(source, true)).rejects.toMatchObject({ code: 'PERSONAL_UNMASKED' });
    const before = readdirSync(dirname(fresh()));
    expect(before.filter((each) => /partial/.test(each))).toEqual([]);
    const { to } = await written(source);
    const again = withClient(source, (client) => exportSql(client, { tenancy, tenant: acme, to }));
    await expect(again).rejects.toMatchObject({ code: 'EXPORT_EXISTS' });
  });

  it.skipIf(psql === undefined)('runs in psql, where it is installed', async () => {
    const { source, target } = await pair(tables);
    await ask(source, rows);
    const { to } = await written(source);
    const psqlRun = () =>
      execFileSync(psql ?? '', ['--quiet', '--file', to, target], { stdio: 'pipe' });
    expect(psqlRun).toThrow('that is not here');
    expect(await ask(target, 'select from organizations')).toEqual([]);
    await ask(target, "insert into plans values ('pro')");
    psqlRun();
    expect(await contents(target)).toBe(await contents(source));
  });
});
