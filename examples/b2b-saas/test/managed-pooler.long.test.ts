import { startTestServer } from '@tenantry/testing';
import { keepsPreparedStatements, startPgBouncer } from '@tenantry/testing/pooler';
import { afterAll, test } from 'vitest';
import { managedLanes } from './support/managed.ts';

// The services that have a pooler in transaction mode: migrations and doctor on the direct connection,
// requests and system work through PgBouncer, which keeps prepared statements or does not.

const server = await startTestServer({ postgres: 'embedded', version: '17' });
const stops: (() => Promise<void>)[] = [];
afterAll(async () => {
  for (const stop of stops) await stop();
  await server.stop();
});

const keeps = keepsPreparedStatements();
// biome-ignore lint/suspicious/noSkippedTests: the report shows what this machine cannot try
if (!keeps) test.skip('max_prepared_statements 100: PgBouncer before 1.21 keeps none', () => {});

for (const preparedStatements of keeps ? [0, 100] : [0]) {
  const { hostname: host, port } = new URL(server.url);
  const pooler = await startPgBouncer({
    target: { host, port: Number(port) },
    logins: { web: 'managed', worker: 'managed' },
    preparedStatements,
  });
  stops.push(pooler.stop);
  managedLanes(() => server, '17', false, {
    services: ['azure', 'neon', 'supabase', 'digitalocean'],
    through: pooler.url,
    behind: ` behind PgBouncer ${pooler.version}, max_prepared_statements ${preparedStatements}`,
  });
}
