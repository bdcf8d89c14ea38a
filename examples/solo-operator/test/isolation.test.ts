import { diagnose } from '@tenantry/rls/doctor';
import { expectIsolated } from '@tenantry/testing';
import { withClient } from '@tenantry/testing/schema';
import { testDatabase } from '@tenantry/testing/vitest';
import { expect, it } from 'vitest';
import { openDatabase } from '../src/database.ts';
import { loginUrls, prepareDatabase } from '../src/prepare.ts';
import * as schema from '../src/schema/index.ts';
import { tenancy } from '../src/tenancy.ts';
import config from '../tenantry.config.ts';

const password = 'a password of the tests';
const { url } = await testDatabase({
  key: 'solo-operator',
  migrate: (empty: string) => prepareDatabase(empty, password),
});

it('gives doctor nothing to find', async () => {
  const { findings } = await withClient(url, (client) =>
    diagnose(client, {
      ...config,
      schema,
      logins: ['solo_web'],
      ignore: [{ rule: 'server-out-of-date', reason: 'the server of the tests is what there is' }],
    }),
  );
  expect(findings.map(({ rule, object }) => `${rule} ${object}`)).toEqual([]);
});

it('withstands every attack from one business on another', async () => {
  const { pool, db } = openDatabase(loginUrls(url, password));
  try {
    const line = { description: 'Work', quantity: 1, rate: 100, amount: 100 };
    const report = await expectIsolated({
      pool,
      tenancy,
      schema,
      through: db,
      disposable: true,
      rows: {
        invoices: () => ({
          line_items: JSON.stringify([line]),
          subtotal: 100,
          tax_rate: 0,
          tax_amount: 0,
          total: 100,
          issue_date: '2026-03-02',
          due_date: '2026-03-16',
        }),
      },
    });
    expect(report.leaks).toEqual([]);
    expect(report.unproven).toEqual([]);
  } finally {
    await pool.end();
  }
});
