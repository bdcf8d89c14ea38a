import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { withClient } from '@tenantry/testing/schema';
import { afterAll } from 'vitest';
import { exportTenant } from '../../src/lifecycle/export/export-tenant.ts';
import { type ImportOptions, importTenant } from '../../src/lifecycle/import/import-tenant.ts';
import { acme, ada, ask, bob, emptyDatabase, globex, tenancy } from './world.ts';

const folder = mkdtempSync(join(tmpdir(), 'tenantry-export-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let count = 0;

/** A folder that is not there yet. */
export const fresh = () => {
  // test files share what is loaded: an earlier one may have taken it away
  mkdirSync(folder, { recursive: true });
  return join(folder, `export-${++count}`);
};
/** What is in the folder of all exports. */
export const left = () => readdirSync(folder);

export const exported = async (url: string, to = fresh()) => {
  const manifest = await withClient(url, (client) =>
    exportTenant(client, { tenancy, tenant: acme, to }),
  );
  return { to, manifest };
};

export const imported = (url: string, from: string, options: Partial<ImportOptions> = {}) =>
  withClient(url, (client) => importTenant(client, { tenancy, from, ...options }));

const people = `
  insert into organizations values ('${acme}', 'acme'), ('${globex}', 'globex');
  insert into users values ('${ada}', 'ada@acme.example'), ('${bob}', null);
  insert into memberships values ('${acme}', '${ada}'), ('${globex}', '${bob}');
`;

/** A database with both organizations, and one with the same tables and no rows. */
export const pair = async (sql = '') => {
  const [source, target] = await Promise.all([emptyDatabase(), emptyDatabase()]);
  await ask(source.url, sql + people);
  if (sql !== '') {
    await ask(target.url, sql.replace(/insert into (?!s)[\s\S]*?;/g, ''));
  }
  return { source: source.url, target: target.url };
};
