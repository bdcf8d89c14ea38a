// A worker that reserves and then hangs: it is killed before it confirms.
import { createTenantPool } from '@tenantry/core';
import { limits } from '../fixtures/limits.ts';
import { tenancy } from '../fixtures/schema.ts';

const [url = '', organization = ''] = process.argv.slice(2);
const pool = createTenantPool(tenancy, { connectionString: url, max: 1 });
await tenancy.run(organization, async () => {
  await limits.reserve(pool, 'apiCalls', 60, { key: 'job', expiresInSeconds: 3600 });
  process.stdout.write('reserved\n');
  // an uncommitted transaction besides: it must leave nothing
  const client = await pool.connect();
  await client.query('begin');
  await limits.consume(client, 'apiCalls', 30, { key: 'open' });
  process.stdout.write('open\n');
  await new Promise((resolve) => setTimeout(resolve, 600_000));
});
