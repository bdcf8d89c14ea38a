import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import express from 'express';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { tenantErrors, tenantMiddleware } from '../../src/express/index.ts';
import { TenantryError } from '../../src/index.ts';
import { header } from '../../src/resolvers/index.ts';
import { ada, coreDatabase } from '../support/database.ts';
import { listening } from './application.ts';

// Whatever a handler does in whatever order: one answer, never a whole 200 over unfinished work, the scope
// over, and nothing that would end the process.

const database = await coreDatabase();
const pool = database.pool({ max: 4 });

const steps = [
  'query',
  'pause',
  'forget',
  'write',
  'end',
  'json',
  'throw',
  'refuse',
  'next',
] as const;
type Step = (typeof steps)[number];

/** What the client gets: a status, or a connection that was cut. */
function expected(all: readonly Step[]): number | 'cut' {
  let begun = false;
  let forgot = false;
  for (const step of all) {
    if (step === 'write') begun = true;
    if (step === 'forget') forgot = true;
    if (step === 'end' || (step === 'json' && !begun)) return !forgot ? 200 : begun ? 'cut' : 500;
    if (step === 'throw' || step === 'next') return begun ? 'cut' : 500;
    if (step === 'refuse') return begun ? 'cut' : 403;
  }
  throw new Error('a handler that does not answer');
}

/**
 * Asks on a connection of its own: after an error that follows the answer Express closes the connection,
 * and the next request may have been sent on it. It stays open, so that a cut shows as a cut.
 */
async function ask(origin: string): Promise<number | 'cut'> {
  const headers = { 'x-organization': 'acme', connection: 'keep-alive' };
  const request = get(origin, { headers, agent: false });
  try {
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    for await (const _ of response);
    return response.statusCode ?? 0;
  } catch {
    return 'cut';
  } finally {
    request.destroy();
  }
}

const unhandled: unknown[] = [];
const note = (error: unknown) => unhandled.push(error);
beforeAll(() => {
  vi.spyOn(console, 'error').mockImplementation(() => {});
  process.on('unhandledRejection', note);
  process.on('uncaughtException', note);
});
afterAll(() => {
  process.off('unhandledRejection', note);
  process.off('uncaughtException', note);
});

// with the first statement, the handler runs before the middleware has returned
test.each(['now', 'with-first-statement'] as const)(
  'one answer, whatever a handler does, verified %s',
  async (verify) => {
    let plan: readonly Step[] = [];
    let over: Promise<unknown> = Promise.resolve();
    const work: Promise<unknown>[] = [];
    const app = express().set('env', 'test');
    app.use(
      tenantMiddleware(pool, {
        resolve: header('x-organization', { by: 'slug' }),
        user: () => ada,
        verify,
      }),
    );
    app.get('/', (_request, response, next) => {
      const act: Record<Step, () => unknown> = {
        query: () => pool.query('select 1'),
        pause: () => new Promise(setImmediate),
        forget: () => {
          const forgotten = pool.query('select pg_sleep(60)');
          work.push(forgotten);
          forgotten.catch(() => {});
        },
        // after its end Node takes a write for an error of the application
        write: () => response.writableEnded || response.write('w'),
        end: () => response.end('e'),
        json: () => response.headersSent || response.json('j'),
        throw: () => Promise.reject(new Error('own')),
        refuse: () => Promise.reject(new TenantryError('ROW_FORBIDDEN')),
        next: () => next(new Error('own')),
      };
      const run = async () => {
        for (const step of plan) {
          await act[step]();
          // of an error and an answer after it either may be first, as in Express
          if (step === 'next') return;
        }
      };
      const running = run();
      over = running.catch(() => {});
      return running;
    });
    app.use(tenantErrors());
    const { origin } = await listening(app);

    const plans = fc.array(fc.constantFrom(...steps), { maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(plans, async (given) => {
        plan = [...given, 'end'];
        const answer = await ask(origin);
        await over;
        expect(answer).toBe(expected(plan));
        for (const each of work.splice(0)) await expect(each).rejects.toThrow();
        expect(unhandled).toEqual([]);
      }),
      { numRuns: 150 },
    );
  },
);
