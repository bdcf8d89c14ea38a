import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { copyOfApp, environment, example, home } from './support/built-app.ts';
import { asAda, asBob, sender } from './support/client.ts';
import { exampleDatabase } from './support/database.ts';

// The development server loads the module that opens the pool again after each edit.

const database = await exampleDatabase();
await mkdir(home, { recursive: true });
const folder = await mkdtemp(join(home, 'dev-'));
await copyOfApp(folder, ['fixture']);
const bin = join(example, 'node_modules/next/dist/bin/next');
const server = spawn(process.execPath, [bin, 'dev', '--port', '0', folder], {
  env: { ...environment(), ...database.env, NODE_ENV: 'development' },
  stdio: ['ignore', 'pipe', 'inherit'],
  detached: true,
});
afterAll(async () => {
  if (server.pid !== undefined) process.kill(-server.pid, 'SIGKILL');
  await rm(folder, { recursive: true, force: true, maxRetries: 9 });
});
const port = await new Promise<number>((resolve, reject) => {
  let said = '';
  server.stdout.on('data', (text) => {
    said += text;
    const [, found] = /Local:\s+http:\/\/\S+:(\d+)/.exec(said) ?? [];
    if (found !== undefined) resolve(Number(found));
  });
  server.once('exit', () => reject(new Error(said)));
});
const send = sender(port);

const connections = async () => {
  const [row] = await database.ask(
    `select count(*)::int n from pg_stat_activity
     where usename = 'next_web' and datname = current_database()`,
  );
  return row?.n as number;
};
const edit = async (file: string, change: (text: string) => string) => {
  const path = join(folder, file);
  await writeFile(path, change(await readFile(path, 'utf8')));
};
/** Twenty requests at once, of both tenants, over pages and routes. */
async function ask(): Promise<void> {
  const paths = ['/api/projects', '/', '/pages/list', '/board'];
  const many = Array.from({ length: 20 }, (_, i) =>
    send(paths[i % 4] ?? '/', { headers: i % 2 === 0 ? asAda : asBob }),
  );
  const answers = await Promise.all(many);
  for (const [i, { status, body }] of answers.entries()) {
    expect(status, body).toBe(200);
    expect(body).toContain(i % 2 === 0 ? 'Rocket' : 'Reactor');
    expect(body).not.toContain(i % 2 === 0 ? 'Reactor' : 'Rocket');
  }
}

test('edits of code keep the pool', async () => {
  await ask();
  expect(await connections()).toBeLessThanOrEqual(4);
  for (let i = 0; i < 4; i++) {
    await edit('lib/db.ts', (text) => `${text}\nexport const edited${i} = ${i};\n`);
    await expect
      .poll(async () => (await send('/api/projects', { headers: asAda })).status)
      .toBe(200);
    await ask();
    expect(await connections()).toBeLessThanOrEqual(4);
  }
});

test('an edit of its options opens a new one, and closes the old one without losing a request', async () => {
  await edit('lib/db.ts', (text) => text.replace('max: 4', 'max: 2'));
  const end = Date.now() + 3000;
  while (Date.now() < end) await ask();
  await expect.poll(connections).toBeLessThanOrEqual(2);
  await ask();
});
