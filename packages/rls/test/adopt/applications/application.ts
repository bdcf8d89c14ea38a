import { createTenantPool, type Tenancy } from '@tenantry/core';
import {
  type AdoptionPlan,
  adopt,
  type Hints,
  planAdoption,
  readFacts,
  schemaOfPlan,
} from '@tenantry/rls/adopt';
import { diagnose } from '@tenantry/rls/doctor';
import { expectIsolated, type IsolationReport } from '@tenantry/testing';
import { testDatabase } from '@tenantry/testing/vitest';
import type pg from 'pg';
import { expect } from 'vitest';
import { testLogin } from '../../support/login.ts';
import { connected, rows } from '../support.ts';

/** The shape of an application that exists, with rows of our own. */
export interface Application {
  readonly tenancy: Tenancy;
  /** Tables, policies, triggers, rows. */
  readonly sql: string;
  readonly hints?: Hints;
  /** What somebody who knows the application changes in the plan. */
  readonly edit?: (plan: AdoptionPlan) => AdoptionPlan;
  /** Between planning and adopting: what has to be cleared by hand. */
  readonly clear?: string;
  /** Values for the attacks that no table tells, such as a user of another library's table. */
  readonly rows?: (root: pg.Client) => Promise<Record<string, Readonly<Record<string, unknown>>>>;
  readonly skip?: Readonly<Record<string, string>>;
}

/** Plans and adopts an application, then looks at it with doctor and attacks it. */
export async function take({ tenancy, sql, hints, edit, clear, rows: hooks, skip }: Application) {
  const { url } = await testDatabase();
  const root = await connected(url);
  await root.query(sql);
  const proposed = planAdoption(await readFacts(root, tenancy.roles.app), tenancy, hints);
  if (clear !== undefined) await root.query(clear);
  const plan = edit === undefined ? proposed : edit(proposed);
  const before = await counts(root, plan);
  const report = await adopt(root, tenancy, plan, { enforce: true });
  expect(report.findings).toEqual([]);
  expect(await counts(root, plan)).toEqual(before);
  const facts = await readFacts(root, tenancy.roles.app);
  const schema = schemaOfPlan(plan, facts, tenancy);
  const exempt = Object.fromEntries(
    plan.tables.flatMap(({ table, is, because }) => (is === 'other' ? [[table, because]] : [])),
  );
  const { findings } = await diagnose(root, { tenancy, schema, exempt });
  const login = await testLogin(url, [tenancy.roles.app, tenancy.roles.system]);
  const pool = createTenantPool(tenancy, { connectionString: login.url, exempt });
  const values = (await hooks?.(root)) ?? {};
  const prove = async (): Promise<IsolationReport> => {
    try {
      return await expectIsolated({
        pool,
        tenancy: tenancy as never,
        schema,
        disposable: true,
        rows: Object.fromEntries(Object.entries(values).map(([table, row]) => [table, () => row])),
        ...(skip !== undefined && { skip }),
      });
    } finally {
      await pool.end();
    }
  };
  return {
    root,
    proposed,
    plan,
    errors: findings
      .filter(({ severity }) => severity === 'error')
      .map(({ rule, object, found }) => `${rule} ${object}: ${found}`),
    prove,
  };
}

async function counts(
  root: Parameters<typeof rows>[0],
  plan: AdoptionPlan,
): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const { table } of plan.tables) {
    const [schema, name] = table.split('.');
    const [row] = await rows<{ n: string }>(
      root,
      `select count(*) as n from "${schema}"."${name}"`,
    );
    found[table] = row?.n ?? '';
  }
  return found;
}
