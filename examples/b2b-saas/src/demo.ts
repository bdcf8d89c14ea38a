import { randomBytes } from 'node:crypto';
import { parseArgs } from 'node:util';
import { createTestDatabase } from '@tenantry/testing';
import { printInvitation } from './demo/invitation.ts';
import { prepareDatabase } from './demo/prepare.ts';
import { bold, dim, green, print, red } from './demo/printer.ts';
import { runSteps } from './demo/run-steps.ts';
import { startPostgres } from './demo/start-postgres.ts';
import { steps } from './demo/steps/index.ts';
import { openWorld } from './demo/world.ts';

// pnpm demo          proves the promises on the running application, then stays up
// pnpm demo --once   proves them and leaves nothing behind; exit 1 when one does not hold

const { values } = parseArgs({
  args: process.argv.slice(2).filter((argument) => argument !== '--'),
  options: { once: { type: 'boolean', default: false } },
});
const started = performance.now();
const seconds = () => `${((performance.now() - started) / 1000).toFixed(1)} s`;

/** What has to be closed, the last first. */
const open: (() => Promise<unknown>)[] = [];
let closing: Promise<void> | undefined;
const stopped = new AbortController();

function close(): Promise<void> {
  closing ??= (async () => {
    for (const each of open.reverse()) await each().catch(() => {});
  })();
  return closing;
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    stopped.abort();
    void close().then(() => process.exit(proved ? 0 : 130));
  });
}

let proved = false;
try {
  print(`${bold('Tenantry')}  two organizations, one database, one application`);
  const server = await startPostgres();
  open.push(() => server.stop());
  const { url: adminUrl } = await createTestDatabase({ server });
  const urls = await prepareDatabase(adminUrl, randomBytes(18).toString('base64url'));
  const world = await openWorld(adminUrl, urls, Number(process.env.PORT ?? 3000));
  open.push(() => world.close());
  print(dim(`PostgreSQL ${server.version} · http://127.0.0.1:${world.port} · up in ${seconds()}`));
  print(dim('Ada is of Acme, Bob of Globex, Eve of both; nobody is asked to remember a WHERE.'));
  print();

  const { held, failed } = await runSteps(world, steps, stopped.signal);
  proved = failed === 0 && !stopped.signal.aborted;
  if (proved) {
    print(
      `${green(bold(`All ${held} claims hold.`))}  ${dim(`${steps.length} steps, ${seconds()}`)}`,
    );
  } else if (failed > 0) {
    print(`${red(bold(`${failed} claims do not hold`))}, ${held} do.`);
  }
  if (proved && !values.once) {
    print();
    printInvitation(world, { webUrl: urls.url, adminUrl });
  }
} catch (error) {
  if (!stopped.signal.aborted) console.error(error);
}
if (!stopped.signal.aborted && (!proved || values.once)) {
  await close();
  process.exitCode = proved ? 0 : 1;
}
