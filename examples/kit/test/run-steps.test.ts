import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, expect, it, vi } from 'vitest';
import { runSteps } from '../src/demo/run-steps.ts';
import {
  type BaseEnvelope,
  type StageOf,
  type StepOn,
  stageOn,
  type World,
} from '../src/demo/stage.ts';

const server = createServer((request, response) => {
  response.end(JSON.stringify({ items: [{ name: `for ${request.headers.authorization}` }] }));
});
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
afterAll(() => server.close());

interface Envelope extends BaseEnvelope {
  readonly as?: string;
}
const world: World = { port: (server.address() as AddressInfo).port, close: async () => {} };
type Step = StepOn<StageOf<World, Envelope>>;

const step = (title: string, run: Step['run']): Step => ({ title, run });
const holds = step('holds', async ({ claim }) => claim(true, 'this holds'));
const fails = step('fails', async ({ claim }) => {
  claim(false, 'this does not');
  claim(true, 'this is never reached');
});
const throws = step('throws', async () => {
  throw new Error('the request never arrived');
});

async function run(steps: readonly Step[], signal = new AbortController().signal) {
  const written = vi.spyOn(process.stdout, 'write').mockImplementation(() => true);
  try {
    const outcome = await runSteps(
      (audience) =>
        stageOn<World, Envelope>(world, audience, {
          headersOf: (_, { as }) => (as === undefined ? {} : { authorization: as }),
          describe: ({ as }) => `as ${as ?? 'nobody'}`,
        }),
      steps,
      signal,
    );
    return { outcome, output: written.mock.calls.map(([text]) => String(text)).join('') };
  } finally {
    written.mockRestore();
  }
}

it('sends what an envelope says, and prints who sent it and what came back', async () => {
  const sends = step('sends', async ({ send, claim }) => {
    const { status } = await send('POST /things', { as: 'ada', body: { name: 'Anvil' } });
    claim(status === 200, 'it is answered');
  });
  const { outcome, output } = await run([sends]);
  expect(outcome).toEqual({ held: 1, failed: 0 });
  expect(output).toContain('→ POST /things  as ada\n');
  expect(output).toContain('{"name":"Anvil"}');
  expect(output).toContain('← 200  1 row: for ada\n');
});

it('counts and prints what does not hold, and goes on', async () => {
  const { outcome, output } = await run([fails, throws, holds]);
  expect(outcome).toEqual({ held: 1, failed: 2 });
  expect(output).toContain('✗ does not hold: this does not');
  expect(output).toContain('the request never arrived');
  expect(output).toContain('✓ this holds');
  expect(output).not.toContain('never reached');
});

it('shows what the application logs as an aside, and gives the log back', async () => {
  const { error } = console;
  const logs = step('logs', async () => console.error(new Error('a line\nand its stack')));
  const { output } = await run([logs]);
  expect(output).toContain('server log: a line\n');
  expect(console.error).toBe(error);
});

it('stops quietly when it is told to', async () => {
  const stop = new AbortController();
  const stops = step('stops', async () => {
    stop.abort();
    throw new Error('connection lost');
  });
  const { outcome, output } = await run([holds, stops, holds], stop.signal);
  expect(outcome).toEqual({ held: 1, failed: 0 });
  expect(output).not.toContain('connection lost');
});
