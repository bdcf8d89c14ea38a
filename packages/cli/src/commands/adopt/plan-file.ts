import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { TenantryError } from '@tenantry/core';
import {
  type AdoptionPlan,
  type Hints,
  planAdoption,
  readFacts,
  readPlan,
} from '@tenantry/rls/adopt';
import { readDeclarations, readDrizzle } from '@tenantry/rls/model';
import type pg from 'pg';
import type { Project } from '../../config/load-config.ts';

/** @throws TenantryError `CONFIG_INVALID` without the file, `ADOPT_PLAN_INVALID` */
export function loadPlan(file: string): AdoptionPlan {
  if (!existsSync(file)) {
    throw new TenantryError('CONFIG_INVALID', {
      found: `there is no plan ${file}.`,
      fix: 'Write one with `npx tenantry adopt --plan`, read it, and edit what is wrong.',
    });
  }
  return readPlan(readFileSync(file, 'utf8'));
}

/** Writes a plan; one that exists was edited by somebody and stays. */
export function writePlan(
  file: string,
  plan: AdoptionPlan,
  refuse: (found: string) => never,
): void {
  if (existsSync(file)) {
    refuse(`${file} exists and stays as it is; name another file with --file, or remove it first.`);
  }
  writeFileSync(file, `${JSON.stringify(plan, null, 2)}\n`, { flag: 'wx' });
}

/** What each table is: by its declaration, in the Drizzle schema or in `tables`, and as the database says. */
export async function planOf(
  client: pg.Client,
  { tenancy, schema, casing, exempt, plain }: Project,
  { tenants, members, users }: Hints,
): Promise<AdoptionPlan> {
  const facts = await readFacts(client, tenancy.roles.app);
  const declared =
    plain === undefined
      ? readDrizzle(schema, casing)
      : readDeclarations(tenancy, plain.tables, facts.tables);
  return planAdoption(facts, tenancy, { tenants, members, users, declared, exempt });
}
