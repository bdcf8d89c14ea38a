// Keeps one PostgreSQL server for one test process, and outlives that process just long enough to
// take the server and its folder away. It runs detached: Ctrl-C in the terminal does not reach it.
//
//   argv[2]  JSON, `KeeperPlace` in src/server/keeper.ts: where the folder of the server may be
//   stdin    one line of JSON, `KeeperOrder`; its end is the signal to stop, and it ends by itself
//            when the parent dies, even by SIGKILL
//   stdout   two lines of JSON: { folder } once it exists, then { port } when the server accepts
//            connections; or { failed, log } instead of either

import { spawn, spawnSync } from 'node:child_process';
import {
  chownSync,
  closeSync,
  mkdtempSync,
  openSync,
  readFileSync,
  realpathSync,
  rmSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const portAttempts = 10;
/** The longest wait for a program to end, in milliseconds. */
const shutdownMs = 15_000;

const { parents, prefix, account } = JSON.parse(process.argv[2] ?? '{}');
let folder;
/** The program that runs now: initdb, then the server. */
let child;
let isStopping = false;

// The folder is made here and not by the parent, so that it never exists without its keeper.
function createFolder() {
  const refusals = [];
  for (const parent of new Set(parents)) {
    try {
      folder = mkdtempSync(join(realpathSync(parent), prefix));
      if (account !== undefined) chownSync(folder, account.uid, account.gid);
      // TMPDIR may lie below a folder that only root can enter; a memory file system may refuse
      // to run programs, and the binaries of the server may have to be copied here.
      const script =
        'cd "$0" && printf "#!/bin/sh\\n" >probe && chmod 700 probe && ./probe && rm probe';
      const probe = spawnSync('/bin/sh', ['-c', script, folder], { ...account, cwd: '/' });
      if (probe.status === 0) return;
      refusals.push(`${parent}: ${probe.error?.message ?? 'closed to the account of the server'}`);
    } catch (error) {
      refusals.push(error.message);
    }
    removeFolder();
  }
  report({ failed: `no temporary folder can be used (${refusals.join('; ')})`, log: '' });
}

function removeFolder() {
  if (folder === undefined) return;
  rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
  folder = undefined;
}

function report(message) {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}

function reportFailure(what) {
  report({ failed: what, log: readLog() });
}

function run({ file, args }, env, isServer) {
  const output = openSync(join(folder, 'server.log'), 'a');
  const program = spawn(file, args, {
    cwd: folder,
    env,
    stdio: ['ignore', output, output],
    // A process group of its own: a program and its children can be ended together.
    detached: true,
    ...account,
  });
  closeSync(output);
  const ended = new Promise((resolve) => {
    program.once('error', (error) => resolve(error.message));
    program.once('exit', (code, signal) => resolve(signal ?? `exit ${code}`));
  });
  child = { pid: program.pid, ended, isServer };
  return ended;
}

async function start({ initdb, postgres, env }) {
  const initEnd = await run(initdb, env, false);
  if (isStopping) return;
  if (initEnd !== 'exit 0') return reportFailure(`initdb: ${initEnd}`);

  for (let attempt = 1; ; attempt += 1) {
    const port = await freePort();
    if (isStopping) return;
    const logBefore = readLog().length;
    const args = [...postgres.args, '-c', `port=${port}`];
    let serverEnd;
    void run({ file: postgres.file, args }, env, true).then((end) => {
      serverEnd = end;
    });
    while (serverEnd === undefined && !isReady()) await sleep(10);
    if (isStopping) return;
    if (serverEnd === undefined) return report({ port });
    // Between freePort and the bind another process may have taken the port.
    const isPortTaken = /could not bind|could not create any TCP/.test(readLog().slice(logBefore));
    if (!isPortTaken || attempt === portAttempts) return reportFailure(`postgres: ${serverEnd}`);
  }
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
    const lines = readFileSync(join(folder, 'data', 'postmaster.pid'), 'utf8').split('\n');
    return lines[7]?.trim() === 'ready';
  } catch {
    return false;
  }
}

function readLog() {
  try {
    return readFileSync(join(folder, 'server.log'), 'utf8');
  } catch {
    return '';
  }
}

async function stop() {
  if (isStopping) return;
  isStopping = true;
  if (child?.pid !== undefined) {
    // The server: an immediate shutdown, as nothing here is worth a checkpoint. initdb is left to
    // end by itself, within a second or two: killed, it would leave shared memory behind.
    if (child.isServer) signal(child.pid, 'SIGQUIT');
    const end = await Promise.race([child.ended, sleep(shutdownMs)]);
    if (end === undefined) {
      signal(-child.pid, 'SIGKILL');
      await child.ended;
    }
  }
  removeFolder();
  process.exit(0);
}

function signal(pid, name) {
  try {
    process.kill(pid, name);
  } catch {
    // Already gone.
  }
}

process.stdout.on('error', () => {});
for (const name of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(name, stop);
createFolder();
if (folder !== undefined) report({ folder });

let received = '';
let isOrdered = false;
process.stdin.setEncoding('utf8');
process.stdin.on('data', (text) => {
  received += text;
  const end = received.indexOf('\n');
  if (end < 0 || isOrdered) return;
  isOrdered = true;
  start(JSON.parse(received.slice(0, end))).catch((error) => reportFailure(String(error)));
});
for (const event of ['end', 'close', 'error']) process.stdin.on(event, stop);
