import type { Tenancy } from '@tenantry/core';
import { createCitusDatabase } from '@tenantry/testing';
import { testDatabase } from '@tenantry/testing/vitest';
import { afterAll } from 'vitest';

/** A database of a test file, on one server or on a cluster. */
export async function databaseOf(
  key: string,
  { dialect }: Tenancy,
  migrate: (url: string) => Promise<void>,
): Promise<{ readonly url: string; readonly workers: readonly string[] }> {
  if (dialect !== 'citus') return { ...(await testDatabase({ key, migrate })), workers: [] };
  const database = await createCitusDatabase({ migrate });
  afterAll(() => database.drop());
  return database;
}

/** The table that says whose a customer is, and how far its copy is. */
export const claimsOf = ({ dialect }: Tenancy): string =>
  dialect === 'citus' ? 'tenantry.billing_claims' : 'organization_billing';
