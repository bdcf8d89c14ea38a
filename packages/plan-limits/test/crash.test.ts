import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { limits } from './fixtures/limits.ts';
import { limitsDatabase } from './support/database.ts';

const database = await limitsDatabase();

test('a worker that is killed between reserve and confirm loses nothing: it expires', async () => {
  const acme = await database.organization();
  const file = fileURLToPath(new URL('./support/worker.ts', import.meta.url));
  const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
  const worker = spawn(
    process.execPath,
    ['--conditions=@tenantry/source', '--import', tsx, file, database.logins.app, acme],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  let said = '';
  worker.stdout.on('data', (chunk) => {
    said += chunk;
  });
  await expect.poll(() => said).toContain('open');
  worker.kill('SIGKILL');
  await once(worker, 'exit');
  // its time is over: the database is told so, nobody waits for it
  await database.ask(
    "update usage_events set expires_at = now() - interval '1 s' where organization_id = $1 and state = 'reserved'",
    [acme],
  );
  await database.in(acme, async () => {
    await expect
      .poll(() => limits.explain(database.pool, 'apiCalls').then(({ used }) => used), {
        timeout: 60_000,
      })
      .toBe(0);
    await limits.consume(database.pool, 'apiCalls', 100);
    await expect(limits.confirm(database.pool, 'apiCalls', { key: 'job' })).rejects.toMatchObject({
      code: 'USAGE_STATE_INVALID',
    });
    expect(await limits.explain(database.pool, 'apiCalls')).toMatchObject({ used: 100 });
  });
});
