import { fork } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { PassThrough, Readable } from 'node:stream';
import { pathToFileURL } from 'node:url';
import { MessageChannel, Worker } from 'node:worker_threads';
import multer from 'multer';
// @ts-expect-error the types are those of multer itself
import oldMulter from 'multer-2.2';
import { afterAll, describe, expect, test } from 'vitest';
import { defineTenancy, TenantryError } from '../../src/index.ts';
import { borrowing, keeping } from '../support/queues.ts';

// The table of docs/concepts/scopes.md, line by line. `acme` hands the callback over; `globex` is
// whoever makes it run.

const tenancy = defineTenancy({ tenant: 'organization', id: 'text' });
type Whose = 'acme' | 'globex' | 'nobody';
const whose = (): Whose => {
  try {
    return tenancy.current().organizationId as Whose;
  } catch (error) {
    if (TenantryError.is(error, 'TENANT_CONTEXT_MISSING')) return 'nobody';
    throw error;
  }
};

/** Hands a callback over in the scope of acme, and makes it run in that of globex. */
async function across(hand: (callback: () => void) => void, go: () => unknown): Promise<Whose> {
  const seen = new EventEmitter();
  const ran = once(seen, 'ran');
  await tenancy.run('acme', () => hand(() => seen.emit('ran', whose())));
  await tenancy.run('globex', async () => void (await go()));
  return (await ran)[0];
}

/** Serves one request in the scope of acme, and gives what the handler tells. */
async function serving(
  handle: (req: IncomingMessage, res: ServerResponse, tell: (seen: Whose) => void) => void,
  init?: RequestInit,
): Promise<Whose> {
  const told = new EventEmitter();
  const seen = once(told, 'seen');
  const server = createServer((req, res) => {
    void tenancy.run('acme', () => {
      handle(req, res, (own) => {
        told.emit('seen', own);
        res.end();
      });
      return once(res, 'close');
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  try {
    const { port } = server.address() as AddressInfo;
    const body = new Uint8Array(200_000);
    await fetch(`http://127.0.0.1:${port}`, { method: 'POST', body, ...init });
    return (await seen)[0];
  } finally {
    server.close();
  }
}

function form(): FormData {
  const data = new FormData();
  data.append('name', 'Rocket');
  data.append('file', new Blob([new Uint8Array(300_000)]), 'plan.bin');
  return data;
}

const uploading = (parse: typeof multer) =>
  serving(
    (req, res, tell) => {
      const upload = parse({ storage: parse.memoryStorage() }).any();
      upload(req as never, res as never, () => tell(whose()));
    },
    { body: form() },
  );

/** Who is asked for each piece of a body that takes its time. */
const onTheRequest = (event: 'data' | 'end' | 'close') =>
  serving(
    (req, _, tell) => {
      let seen: Whose = 'acme';
      req.on(event, () => {
        seen = whose();
      });
      req.on('close', () => tell(seen));
      req.resume();
    },
    {
      body: new ReadableStream({
        async pull(controller) {
          await new Promise((resolve) => setTimeout(resolve, 5));
          if (pieces++ % 3 === 2) controller.close();
          else controller.enqueue(new Uint8Array(50_000));
        },
      }),
      duplex: 'half',
    } as RequestInit,
  );
let pieces = 0;

const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
const inAProgram = async (name: string, ...execArgv: string[]) => {
  const program = fork(new URL(`./programs/${name}.ts`, import.meta.url), {
    execArgv: ['--import', tsx, ...execArgv],
  });
  const [[answer]] = await Promise.all([once(program, 'message'), once(program, 'exit')]);
  return answer as { bare: string[]; keyed: string[] };
};

/** One job behind another in a queue: whose scope does the second run in? */
async function queued(make: (typeof borrowing)[string]): Promise<Whose> {
  // some libraries keep the scope at times: what they may do is what counts
  for (let tries = 0; tries < 100; tries++) {
    const submit = make();
    let open = () => {};
    const handed = new Promise<void>((resolve) => {
      open = resolve;
    });
    const first = tenancy.run('globex', () => submit(() => handed));
    const second = tenancy.run('acme', () => submit(async () => whose()));
    setImmediate(open);
    // the scope of globex may be over by then: the pool refuses, and nothing is written elsewhere
    const [, seen] = await Promise.all([first, second.catch(() => 'globex')]);
    if (seen !== 'acme') return seen as Whose;
  }
  return 'acme';
}

const server = new EventEmitter();
const intervals: NodeJS.Timeout[] = [];
afterAll(() => intervals.forEach(clearInterval));
const atTheTop = new Promise<Whose>((resolve) => {
  intervals.push(setInterval(() => resolve(whose()), 5));
});
const channel = new MessageChannel();
afterAll(() => channel.port1.close());
const listening = new Promise<Whose>((resolve) =>
  channel.port2.once('message', () => resolve(whose())),
);

/** Every line: its name, who the scope of the callback belongs to, and how to see it. */
const lines: Record<string, readonly [Whose, () => Promise<Whose>]> = {
  '`await`, `.then()`': [
    'acme',
    () =>
      tenancy.run('acme', async () => {
        await tenancy.outside(() => tenancy.run('globex', () => Promise.resolve()))();
        return Promise.resolve().then(whose);
      }),
  ],
  '`setTimeout`, `setImmediate`, `process.nextTick`, `queueMicrotask`': [
    'acme',
    () =>
      tenancy.run('acme', () => new Promise((resolve) => setTimeout(() => resolve(whose()), 5))),
  ],
  '`for await` over a stream': [
    'acme',
    () =>
      tenancy.run('acme', async () => {
        for await (const _ of Readable.from([1])) return whose();
        return 'nobody' as const;
      }),
  ],
  '`fs`, `dns`, `fetch`': [
    'acme',
    () =>
      tenancy.run('acme', async () => {
        await fetch('data:,x').then((response) => response.text());
        return whose();
      }),
  ],
  'multer from 2.3': ['acme', () => uploading(multer)],
  'p-limit': ['acme', () => queued(keeping['p-limit'] as never)],
  'async-mutex': ['acme', () => queued(keeping['async-mutex'] as never)],
  '`use` of generic-pool': ['acme', () => queued(keeping['generic-pool, use'] as never)],

  '`setInterval`, or a listener, at the top of a module': ['nobody', () => atTheTop],
  "`req.on('data')`, `'end'`, `'close'`": [
    'nobody',
    async () => {
      expect(await onTheRequest('data')).toBe('nobody');
      expect(await onTheRequest('end')).toBe('nobody');
      return onTheRequest('close');
    },
  ],
  'multer up to 2.2': ['nobody', () => uploading(oldMulter)],
  '`worker_threads`, `child_process`, `cluster`': [
    'nobody',
    () =>
      tenancy.run('acme', async () => {
        const program = new URL('./programs/asked-in-a-process.ts', import.meta.url);
        const [code] = await once(fork(program, { execArgv: ['--import', tsx] }), 'message');
        expect(code).toBe('TENANT_CONTEXT_MISSING');
        // the store of scopes of this package, under the key that all copies of it share
        const store = `globalThis[Symbol.for('@tenantry/core/context@1')]`;
        expect(new Function(`return ${store}.getStore()`)()).toBeDefined();
        const ask = `require('node:worker_threads').parentPort.postMessage(${store} === undefined)`;
        expect(await once(new Worker(ask, { eval: true }), 'message')).toEqual([true]);
        return 'nobody' as const;
      }),
  ],
  'a message of a socket, a worker or a `MessagePort`': [
    'nobody',
    async () => {
      await tenancy.run('acme', () => channel.port1.postMessage('hello'));
      return listening;
    },
  ],

  'an `EventEmitter`: whoever emits': [
    'globex',
    () =>
      across(
        (callback) => server.once('order', callback),
        () => server.emit('order'),
      ),
  ],
  'an `AbortSignal`: whoever aborts': [
    'globex',
    () => {
      const controller = new AbortController();
      return across(
        (callback) => controller.signal.addEventListener('abort', callback),
        () => controller.abort(),
      );
    },
  ],
  "`stream.on('data')`: whoever writes": [
    'globex',
    () => {
      const stream = new PassThrough();
      return across(
        (callback) => stream.once('data', callback).resume(),
        () => new Promise((resolve) => setImmediate(() => resolve(stream.write('x')))),
      );
    },
  ],
  'a generator, `pull` of a `ReadableStream`: whoever reads': [
    'globex',
    async () => {
      async function* pages() {
        yield whose();
      }
      const made = await tenancy.run('acme', async () => ({
        generator: pages(),
        stream: new ReadableStream(
          { pull: (controller) => controller.enqueue(whose()) },
          { highWaterMark: 0 },
        ),
      }));
      return tenancy.run('globex', async () => {
        const { value } = await made.generator.next();
        expect((await made.stream.getReader().read()).value).toBe(value);
        return value as Whose;
      });
    },
  ],
  'p-queue': ['globex', () => queued(borrowing['p-queue'] as never)],
  fastq: ['globex', () => queued(borrowing.fastq as never)],
  bottleneck: ['globex', () => queued(borrowing['bottleneck, schedule'] as never)],
  '`queue` and `cargo` of async': [
    'globex',
    async () => {
      expect(await queued(borrowing['async, cargo'] as never)).toBe('globex');
      return queued(borrowing['async, queue'] as never);
    },
  ],
  'a memoized promise, the factory of generic-pool: whoever asks first': [
    'globex',
    async () => {
      let kept: Promise<Whose> | undefined;
      const memoized = () => {
        kept ??= Promise.resolve().then(whose);
        return kept;
      };
      const first = tenancy.run('globex', memoized);
      const second = await tenancy.run('acme', memoized);
      await first;
      return second;
    },
  ],
};

describe('the table of scopes', () => {
  test.each(Object.entries(lines))('%s', async (_, [owner, see]) => {
    expect(await see()).toBe(owner);
  });

  test('has these lines, under these headings', () => {
    const page = readFileSync(
      new URL('../../../../docs/concepts/scopes.md', import.meta.url),
      'utf8',
    );
    const headings: Record<string, Whose> = {
      Kept: 'acme',
      Lost: 'nobody',
      'In the scope of another caller': 'globex',
    };
    const listed = Object.entries(headings).flatMap(([heading, owner]) => {
      const section = page.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? '';
      return [...section.matchAll(/^\| (.+?) \|/gm)]
        .map(([, name]) => [name, owner])
        .filter(([name]) => name !== 'what' && !name?.startsWith('--') && !name?.includes('cache'));
    });
    expect(listed).toEqual(Object.entries(lines).map(([name, [owner]]) => [name, owner]));
  });
});

describe('a cache without the tenant in its key', () => {
  test.each([
    ['cache() of React, in one request', 'react-cache', ['--conditions=react-server']],
    ['unstable_cache of Next', 'next-cache', []],
  ])('%s gives one tenant the rows of another', async (_, program, flags) => {
    const { bare, keyed } = await inAProgram(program, ...flags);
    expect(bare).toEqual(['rows of acme', 'rows of acme']);
    expect(keyed).toEqual(['rows of acme', 'rows of globex']);
  });
});
