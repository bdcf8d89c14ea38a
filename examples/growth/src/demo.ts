import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { audit } from '@tenantry/example-b2b-saas/src/audit.ts';
import { tenancy } from '@tenantry/example-b2b-saas/src/tenancy.ts';
import { bold, dim, print, startPostgres } from '@tenantry/example-kit/demo';
import { startTraffic, type Traffic } from './traffic.ts';
import { openWorld, type World } from './world.ts';

// pnpm demo:growth    a tenant moves to a database of its own while it works; the mover is killed once

/** What Acme has before it moves. */
const rows = 20_000;

/** Starts a command of tenantry in a process of its own. */
function tenantry(...args: string[]) {
  const child = spawn(
    process.execPath,
    [...process.execArgv, fileURLToPath(new URL('command.ts', import.meta.url)), ...args],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (text: Buffer) => {
      output += text;
    });
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, output }));
  return { child, ended };
}

async function finished(...args: string[]): Promise<string> {
  const { code, output } = await tenantry(...args).ended;
  if (code !== 0) throw new Error(output);
  return output.trim();
}

let failed = 0;
function claim(holds: boolean, text: string): void {
  if (!holds) failed++;
  print(`    ${holds ? '✓' : '✗ does not hold:'} ${text}`);
}

const countOf = (world: World, place: 'shared' | 'eu1', tenant: string) =>
  world
    .ask(place, 'select count(*)::int as n from projects where organization_id = $1', [tenant])
    .then(([row]) => row.n as number);

async function tell(world: World): Promise<void> {
  const { acme, globex, tokens, port } = world;
  await world.ask('shared', "update organizations set plan = 'enterprise'");
  await world.ask(
    'shared',
    "insert into projects (organization_id, name) select $1, 'Project ' || i from generate_series(1, $2::int) i",
    [acme, rows],
  );
  await finished('places', 'add', 'eu1', '--url', world.eu1);

  print(bold('1  Two organizations work, in the shared tables'));
  const before = {
    acme: await countOf(world, 'shared', acme),
    globex: await countOf(world, 'shared', globex),
  };
  const acmes = startTraffic(port, { organization: 'acme', token: tokens.ada, people: 3 });
  const others = startTraffic(port, { organization: 'globex', token: tokens.bob, people: 1 });
  try {
    await move(world, before, acmes, others);
  } finally {
    await Promise.all([acmes.stop(), others.stop()]);
  }
}

async function move(
  world: World,
  before: Readonly<Record<'acme' | 'globex', number>>,
  acmes: Traffic,
  others: Traffic,
): Promise<void> {
  const { acme, globex } = world;
  while (acmes.created.size < 20) await passed(50);
  claim(
    acmes.refused.length === 0,
    `three people of Acme, with ${before.acme} projects, create more`,
  );

  print(bold('2  Acme gets a database of its own; the mover is killed in the middle'));
  const killed = tenantry('tenants', 'move', acme, '--to', 'eu1');
  while ((await countOf(world, 'eu1', acme)) === 0) await passed(20);
  killed.child.kill('SIGKILL');
  const [route] = await world.ask('shared', 'select place from tenantry.placements');
  claim((await killed.ended).code === null && route?.place == null, 'it was killed before the end');
  const during = acmes.created.size;
  while (acmes.created.size < during + 20) await passed(50);
  claim(acmes.refused.length === 0, 'its people go on, in the shared tables');

  print(bold('3  The same command again'));
  acmes.slowest();
  others.slowest();
  print(dim(`    ${await finished('tenants', 'move', acme, '--to', 'eu1')}`));
  const after = acmes.created.size;
  while (acmes.created.size < after + 20) await passed(50);
  print(dim(`    the longest answer: Acme ${acmes.slowest()} ms, Globex ${others.slowest()} ms`));

  print(bold('4  What is where'));
  await Promise.all([acmes.stop(), others.stop()]);
  const unanswered = [...acmes.refused, ...others.refused];
  claim(unanswered.length === 0, `no request was refused${unanswered.map((each) => `: ${each}`)}`);
  claim((await countOf(world, 'shared', acme)) === 0, 'Acme has no project in the shared tables');
  const there = await countOf(world, 'eu1', acme);
  claim(
    there === before.acme + acmes.created.size,
    `it has ${there} in its own: ${before.acme} old ones and ${acmes.created.size} that were answered 201`,
  );
  const [missing] = await world.ask(
    'eu1',
    'select count(*)::int as n from unnest($1::uuid[]) made(id) where not exists (select from projects p where p.id = made.id)',
    [[...acmes.created]],
  );
  claim(missing.n === 0, 'each of them, by its id');
  claim(
    (await countOf(world, 'shared', globex)) === before.globex + others.created.size,
    'Globex is where it was, with all that it made meanwhile',
  );
  const verified = await tenancy.asSystem({ reason: 'demo', actor: 'demo' }, () =>
    audit.verify(world.pool),
  );
  claim(verified.findings.length === 0, 'the audit log of the shared database holds');
  const [logged] = await world.ask(
    'eu1',
    "select count(*)::int as n from audit_logs where organization_id = $1 and action = 'project.created'",
    [acme],
  );
  claim(
    logged.n >= acmes.created.size,
    `its own audit log has ${logged.n} entries about new projects`,
  );

  print(bold('5  And back'));
  print(dim(`    ${await finished('tenants', 'move', acme, '--to', 'shared')}`));
  claim((await countOf(world, 'shared', acme)) === there, `all ${there} projects are back`);
}

const passed = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

print(`${bold('Tenantry')}  growth without a rewrite`);
const server = await startPostgres();
try {
  const world = await openWorld(server);
  try {
    print(dim(`PostgreSQL ${server.version} · http://127.0.0.1:${world.port}`));
    print();
    await tell(world);
  } finally {
    await world.close();
  }
  print();
  print(failed === 0 ? bold('Nothing was lost.') : `${failed} claims do not hold.`);
} finally {
  await server.stop();
}
process.exitCode = failed === 0 ? 0 : 1;
