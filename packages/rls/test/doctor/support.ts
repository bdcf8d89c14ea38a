import { testDatabase } from '@tenantry/testing/vitest';
import pg from 'pg';
import { afterAll } from 'vitest';
import { type DiagnoseOptions, type Diagnosis, diagnose } from '../../src/doctor/index.ts';

/** The server of the tests comes from npm or from the system: whatever release, and as installed. */
export const anyServer = [
  { rule: 'server-out-of-date', reason: 'the server of the tests is whatever there is' },
  { rule: 'large-objects', object: 'database *', reason: 'PUBLIC has them where nobody hardens' },
] as const;

/** A database with this content, for one test file. */
export async function databaseWith(sql: string): Promise<{ url: string; client: pg.Client }> {
  const { url } = await testDatabase();
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  afterAll(() => client.end());
  await client.query(sql);
  return { url, client };
}

/** What doctor finds, without the version of the server. */
export const examine = (client: pg.Client, options: DiagnoseOptions = {}): Promise<Diagnosis> =>
  diagnose(client, { ...options, ignore: [...anyServer, ...(options.ignore ?? [])] });

/** `rule object`, one a finding. */
export const lines = ({ findings }: Diagnosis): string[] =>
  findings.map(({ rule, object }) => `${rule} ${object}`);
