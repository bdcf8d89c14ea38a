// Keeps one PostgreSQL server for one test process, and outlives that process just long enough to
// take the server and its folder away. It runs detached: Ctrl-C in the terminal does not reach it.
//
//   argv[2]  the folder that belongs to the server; removed at the end, whatever happened
//   stdin    one line of JSON (see `KeeperOrder` in src/server/cluster.ts); its end is the signal
//            to stop, and it ends by itself when the parent dies, even by SIGKILL
//   stdout   one line of JSON: { port } when the server accepts connections, or { failed, log }

import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const folder = process.argv[2];
if (folder === undefined) throw new Error('keeper: no folder given');
const log = join(folder, 'server.log');
const portAttempts = 10;

/** The program that runs now, and the promise of its end. */
let child;
let stopping = false;

function run({ file, args }, order, isServer) {
  const output = openSync(log, 'a');
  const started = spawn(file, args, {
    cwd: folder,
    env: order.env,
    stdio: ['ignore', output, output],
    // A process group of its own, so that initdb and its children can be ended together.
    detached: true,
    ...(order.account ?? {}),
  });
  closeSync(output);
  const ended = new Promise((resolve) => {
    started.once('error', (error) => resolve(error.message));
    started.once('exit', (code, signal) =>
      resolve(code === 0 ? undefined : (signal ?? `exit ${code}`)),
    );
  });
  child = { pid: started.pid, ended, isServer, signal: (name) => started.kill(name) };
  return child;
}

function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

function isReady() {
  try {
    // The last line of postmaster.pid is the state that pg_ctl waits for.
    return (
      readFileSync(join(folder, 'data', 'postmaster.pid'), 'utf8')
        .split('\n')[7]
        ?.trim() === 'ready'
    );
  } catch {
    return false;
  }
}

function readLog() {
  try {
    return readFileSync(log, 'utf8');
  } catch {
    return '';
  }
}

function report(message) {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}

async function start(order) {
  const initFailure = await run(order.initdb, order, false).ended;
  if (stopping) return;
  if (initFailure !== undefined)
    return report({ failed: `initdb: ${initFailure}`, log: readLog() });

  for (let attempt = 1; ; attempt += 1) {
    const port = await freePort();
    if (stopping) return;
    const seen = readLog().length;
    const { file, args } = order.postgres;
    const server = run({ file, args: [...args, '-c', `port=${port}`] }, order, true);
    let failure;
    let ended = false;
    server.ended.then((reason) => {
      ended = true;
      failure = reason ?? 'exit 0';
    });
    while (!ended && !isReady()) await sleep(10);
    if (stopping) return;
    if (!ended) return report({ port });
    // Between freePort and the bind another process may have taken the port.
    const bindFailed = /could not bind|could not create any TCP\/IP sockets/.test(
      readLog().slice(seen),
    );
    if (!bindFailed || attempt === portAttempts) {
      return report({ failed: `postgres: ${failure}`, log: readLog() });
    }
  }
}

async function stop() {
  if (stopping) return;
  stopping = true;
  if (child?.pid !== undefined) {
    // Immediate shutdown: nothing in this folder is worth a checkpoint.
    if (child.isServer) child.signal('SIGQUIT');
    else killGroup(child.pid);
    if ((await Promise.race([child.ended.then(() => 'ended'), sleep(5000)])) !== 'ended') {
      killGroup(child.pid);
      await child.ended;
    }
  }
  rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
  process.exit(0);
}

function killGroup(pid) {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // Already gone.
  }
}

let received = '';
let ordered = false;
process.stdin.setEncoding('utf8');
process.stdin.on('data', (text) => {
  received += text;
  const end = received.indexOf('\n');
  if (end < 0 || ordered) return;
  ordered = true;
  start(JSON.parse(received.slice(0, end))).catch((error) => {
    report({ failed: String(error), log: readLog() });
  });
});
for (const event of ['end', 'close', 'error']) process.stdin.on(event, stop);
process.stdout.on('error', () => {});
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, stop);
