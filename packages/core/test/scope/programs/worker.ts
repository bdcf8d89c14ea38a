// A worker as an application has it: another process, which gets a token with its job.
import { createTenantPool, defineTenancy, TenantryError } from '../../../src/index.ts';

export interface Job {
  readonly token: string;
  readonly secret: string;
  readonly connectionString: string;
}

export interface Answer {
  readonly names?: readonly string[];
  readonly current?: unknown;
  readonly code?: string;
}

process.once('message', async (job: Job) => {
  const tenancy = defineTenancy({ tenant: 'organization', id: 'uuid', secret: job.secret });
  const pool = createTenantPool(tenancy, { connectionString: job.connectionString, max: 1 });
  const answer: Answer = await pool
    .resume(job.token, async () => {
      const { rows } = await pool.query('select name from projects order by name');
      return { names: rows.map(({ name }) => name), current: tenancy.current() };
    })
    .catch((error) => ({ code: TenantryError.is(error) ? error.code : String(error) }));
  await pool.end();
  process.send?.(answer, undefined, undefined, () => process.disconnect());
});
