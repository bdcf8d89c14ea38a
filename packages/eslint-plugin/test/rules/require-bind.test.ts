import { requireBind } from '../../src/rules/require-bind.ts';
import { type Cases, type Invalid, runRule } from '../support/run-rule.ts';

const inScope = (code: string) => `async function handle(req, ws, order) { ${code} }`;
const each = (messageId: string, suggestions: number, codes: string[]): Invalid[] =>
  codes.map((code) => ({ code, errors: [{ messageId, ...(suggestions > 0 && { suggestions }) }] }));

const insert = 'db.insert(a).values(b)';
const cases: Cases = {
  valid: [
    ...[
      // bound, outside, or with a scope of its own
      `await queue.add(tenancy.bind(() => ${insert}));`,
      `queue.add(tenancy.outside(() => pool.resume(token, () => ${insert})));`,
      `queue.add(() => tenancy.run(id, () => ${insert}));`,
      `queue.add(async () => { await pool.enter(entry, async () => { await ${insert}; }); });`,
      `queue.add(() => tenancy.asSystem(why, () => ${insert}));`,
      `req.on('end', tenancy.bind(async () => { await ${insert}; }));`,
      `ws.on('message', (text) => tenancy.run(id, () => ${insert}));`,
      // what asks nothing
      `queue.add(() => send(mail)); req.on('end', () => log('over')); req.on('data', (chunk) => chunks.push(chunk));`,
      `queue.add('name', { id }); await queue.add(job); queue.push(1, 2);`,
      // what is no shared queue, and what keeps the scope
      `limit(() => ${insert}); await mutex.runExclusive(() => ${insert});`,
      `const queue = []; queue.push(() => ${insert});`,
      `const queue = new Set(); queue.add(() => ${insert});`,
      `tasks.push(() => ${insert}); seen.add(() => ${insert});`,
      `import('p-limit').then(({ default: pLimit }) => pLimit(1)(() => ${insert}));`,
      // a loader in a scope; somebody else's scope in the listener
      `const loader = new DataLoader((ids) => db.select().from(a));`,
      `server.on('request', (req, res) => gate(req, () => ${insert}));`,
      // a timer in a scope is a floating query
      `setInterval(() => ${insert}, 1000);`,
      `const save = () => send(1); queue.add(save); queue.add(save.bind(null, 1)); queue.add(save.bind());`,
      `const a = () => b(); const b = () => a(); queue.add(a);`,
    ].map(inScope),
    // routes are no listeners
    `app.on('GET', '/projects', async (c) => c.json(await db.select().from(a)));`,
    `app.get('/projects', async (c) => c.json(await db.select().from(a)));`,
    `import DataLoader from 'dataloader'; const make = () => new DataLoader((ids) => db.select().from(a));`,
    `import fastq from 'fastq'; const queue = fastq.promise((job) => job(), 1);`,
    `import { queue } from 'async'; const q = queue(async (job) => job(), 2);`,
    `import { eachLimit } from 'async'; await eachLimit(list, 2, async (id) => { await db.delete(a); });`,
    `setInterval(() => tenancy.asSystem(why, () => db.delete(a)), 1000);`,
    `emitter.on('paid', (order) => tenancy.run(order.organizationId, () => ${insert}));`,
    `queue.on('error', log); pool.on('error', (error) => console.warn(error));`,
    { filename: 'scripts/load.ts', code: inScope(`queue.add(() => ${insert});`) },
    { options: [{ queues: ['lane'] }], code: inScope(`queue.add(() => ${insert});`) },
    { options: [{ handles: ['store'] }], code: inScope(`queue.add(() => ${insert});`) },
  ],
  invalid: [
    ...each(
      'job',
      1,
      [
        // by the name, from wherever it comes
        `await queue.add(() => ${insert});`,
        `await queue.add(async () => { await ${insert}; });`,
        `this.mailQueue.push(async () => { const rows = await pool.query('select 1'); });`,
        `limiter.schedule(() => ${insert});`,
        `limiter.schedule({ priority: 1 }, () => ${insert});`,
        `await queue.addAll([() => ${insert}]);`,
        `queue.add(async () => { try { await ${insert}; } catch (e) { log(e); } });`,
        `queue.add(() => Promise.all(list.map((id) => db.delete(a).where(id))));`,
        `queue.add(() => db.transaction(async (tx) => { await tx.insert(a).values(b); }));`,
        `queue.add(() => send().then(() => ${insert}));`,
        `queue.add(() => (async () => { await ${insert}; })());`,
        // a function of the file
        `const save = async () => { await ${insert}; }; queue.add(save);`,
        `const save = async () => { await ${insert}; }; queue.add(() => save());`,
        `const save = async (o) => { await ${insert}; }; queue.add(save.bind(null, order));`,
        `const inner = () => ${insert}; const outer = () => inner(); queue.add(outer);`,
        `queue.add(saveOrder); function saveOrder() { return ${insert}; }`,
      ].map(inScope),
    ),
    ...each('job', 1, [
      // by the module
      `import PQueue from 'p-queue'; const jobs = new PQueue(); ${inScope(`jobs.add(() => ${insert});`)}`,
      `import { default as P } from 'p-queue'; const jobs = new P(); ${inScope(`jobs.add(() => ${insert});`)}`,
      `const Bottleneck = require('bottleneck'); const b = new Bottleneck(); ${inScope(`b.wrap(() => db.delete(a));`)}`,
      `import fastq from 'fastq'; const jobs = fastq.promise((job) => job(), 1); ${inScope(`jobs.unshift(() => ${insert});`)}`,
      `import { cargo } from 'async'; const jobs = cargo((all, done) => done()); ${inScope(`jobs.push(() => ${insert});`)}`,
      `import AsyncLock from 'async-lock'; const lock = new AsyncLock(); ${inScope(`lock.acquire('a', () => ${insert});`)}`,
      `import { jobs as queue } from './queue.js'; class A { run() { queue.add(() => ${insert}); } }`.replace(
        'jobs as queue',
        'jobQueue as queue',
      ),
    ]),
    ...each(
      'listener',
      1,
      [
        `req.on('end', async () => { await ${insert}; });`,
        `req.once('close', () => ${insert});`,
        `ws.addEventListener('message', async ({ data }) => { await pool.query('select $1', [data]); });`,
        `controller.signal.addEventListener('abort', () => db.delete(a), { once: true });`,
        `emitter.prependListener(Events.paid, (order) => ${insert});`,
        `stream.on('data', function (chunk) { rows.push(pool.query('select 1')); });`,
        `emitter.on(paid, (order) => { void ${insert}; });`,
      ].map(inScope),
    ),
    ...each('worker', 0, [
      `import fastq from 'fastq'; const queue = fastq.promise(async (order) => { await ${insert}; }, 1);`,
      `import fastq from 'fastq'; function work(order, done) { ${insert}.then(done); } const queue = fastq(work, 1);`,
      `import * as fastq from 'fastq'; const queue = fastq(this, (order, done) => { void ${insert}; }, 1);`,
      `import { queue } from 'async'; const q = queue(async (order) => { await ${insert}; }, 2);`,
      `import async from 'async'; const q = async.cargo((orders, done) => { void ${insert}; });`,
      `import queue from 'async/queue'; ${inScope(`const q = queue(async () => { await ${insert}; });`)}`,
    ]),
    ...each('loader', 0, [
      `import DataLoader from 'dataloader'; export const projects = new DataLoader(async (ids) => { const rows = await db.select().from(a); return rows; });`,
      `import DataLoader from 'dataloader'; const load = (ids) => db.select().from(a); export const l = new DataLoader(load);`,
      `import { createPool } from 'generic-pool'; const p = createPool({ create: async () => { await db.select().from(a); }, destroy: async () => {} });`,
    ]),
    ...each('noScope', 0, [
      `setInterval(() => { void pool.query('delete from drafts'); }, 1000);`,
      `setInterval(sweep, 1000); async function sweep() { await db.delete(a); }`,
      `emitter.on('paid', async (order) => { await ${insert}; });`,
      `import PQueue from 'p-queue'; const jobs = new PQueue(); jobs.add(() => ${insert});`,
    ]),
    {
      code: inScope(`queue.add(() => ${insert});`),
      errors: [
        {
          messageId: 'job',
          data: { by: 'queue.add' },
          suggestions: [
            { messageId: 'addBind', output: inScope(`queue.add(tenancy.bind(() => ${insert}));`) },
          ],
        },
      ],
    },
    {
      code: inScope(`const save = () => ${insert}; req.on('end', save);`),
      errors: [
        {
          messageId: 'listener',
          suggestions: [
            {
              messageId: 'addBind',
              output: inScope(`const save = () => ${insert}; req.on('end', tenancy.bind(save));`),
            },
          ],
        },
      ],
    },
    {
      options: [{ queues: ['lane'] }],
      code: inScope(`fastLane.add(() => ${insert});`),
      errors: [{ messageId: 'job', suggestions: 1 }],
    },
  ],
};

runRule('require-bind', requireBind, 'javascript', cases);
runRule('require-bind', requireBind, 'typescript', {
  valid: ['async function f() { const jobs: Job[] = []; jobs.push(() => db.delete(a)); }'],
  invalid: [
    ...cases.invalid,
    ...each('job', 1, [inScope(`queue!.add((() => ${insert}) as Job);`)]),
  ],
});

const typed = (code: string) => `
import type PQueue from 'p-queue';
import type { NodePgDatabase } from 'drizzle-orm/node-postgres';
import { pgTable, text } from 'drizzle-orm/pg-core';
const projects = pgTable('projects', { name: text() });
declare const store: NodePgDatabase;
declare const jobs: PQueue;
declare const db: { select(): { from(table: unknown): number } };
export async function f() { ${code} }`;
// the file of typed cases is in a folder of tests
const options = [{ allow: [] }];
runRule('require-bind', requireBind, 'typed', {
  valid: [{ options, code: typed('await jobs.add(async () => { db.select().from(projects); });') }],
  invalid: each('job', 1, [
    'await jobs.add(() => store.select().from(projects));',
    'const list = () => store.select().from(projects); await jobs.add(async () => { await list(); });',
  ]).map((one) => ({ ...one, options, code: typed(one.code) })),
});
