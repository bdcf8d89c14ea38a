import { adapterConformance, type ConformanceApplication } from '@tenantry/testing/conformance';
import { afterAll, describe, expect, it, test } from 'vitest';
import { createTenantGate, type EntryPool } from '../../src/adapter/index.ts';
import { header } from '../../src/resolvers/index.ts';
import { conformanceWorld } from '../support/conformance-world.ts';
import { acme, ada, coreDatabase, globex, tenancy } from '../support/database.ts';
import {
  answerError,
  callback,
  listen,
  nameOf,
  readIncoming,
  send,
  wrapped,
} from './plain-http.ts';

const database = await coreDatabase();
const pool = database.pool();
const world = conformanceWorld(database, pool);
const httpError = () => Object.assign(new Error('a teapot'), { status: 418 });

for (const [name, style, answersAfterScope] of [
  ['node:http, in the style of Fastify', wrapped, true],
  ['node:http, in the style of Express', callback, false],
] as const) {
  adapterConformance(
    { describe, it, afterAll },
    {
      name,
      world,
      answersAfterScope,
      guards: true,
      httpError,
      start: (app) => listen(style(pool, app)),
    },
  );
}

type Serve = Parameters<typeof listen>[0];

/** The names of the tests that fail for an adapter. */
async function failures(adapter: (app: ConformanceApplication) => Serve): Promise<string[]> {
  const tests: [string, () => Promise<void>][] = [];
  const ends: (() => Promise<void>)[] = [];
  adapterConformance(
    {
      describe: (_, body) => body(),
      it: (name, body) => tests.push([name, body]),
      afterAll: (body) => ends.push(body),
    },
    {
      name: 'broken',
      world,
      answersAfterScope: true,
      guards: true,
      start: (app) => listen(adapter(app)),
    },
  );
  const failed: string[] = [];
  for (const [name, body] of tests) await body().catch(() => failed.push(name));
  for (const end of ends) await end();
  return failed;
}

const options = {
  resolve: header('x-tenant', { by: 'slug' }),
  user: ({ headers }: { headers: Record<string, unknown> }) => headers['x-user'] as string,
};

describe('the suite fails an adapter that', () => {
  test('believes the claim', async () => {
    const ids = new Map([
      ['acme', acme],
      ['globex', globex],
    ]);
    const failed = await failures(({ handle }) => async (incoming, response) => {
      const id = ids.get(String(incoming.headers['x-tenant'])) ?? acme;
      await tenancy
        .run(id, () => handle(nameOf(incoming)))
        .then((result) => send(response, result))
        .catch((error) => answerError(response, error));
    });
    expect(failed).toContain('answers 400, 401 and 404 itself, and does not run the handler');
    expect(failed).toContain('answers an unknown tenant and a foreign one with the same bytes');
  });

  test('keeps one tenant for everybody', async () => {
    const fixed: EntryPool = {
      tenancy,
      enter: (entry, fn) =>
        pool.enter({ ...entry, claim: { by: 'id', value: acme }, user: ada }, fn),
    };
    const failed = await failures(wrapped.bind(undefined, fixed));
    expect(failed).toContain('runs the handler in the scope of the tenant');
    expect(failed).toContain('never mixes concurrent requests of two tenants');
  });

  test('answers before the scope has ended', async () => {
    const failed = await failures(callback.bind(undefined, pool));
    expect(failed).toContain('refuses work that a handler forgot to await');
  });

  test('does not tell the gate that the handler failed', async () => {
    const gate = createTenantGate(pool, readIncoming, options);
    const failed = await failures(({ handle }) => async (incoming, response) => {
      let result: unknown;
      let failure: unknown;
      const run = async () => {
        result = await handle(nameOf(incoming)).catch((error) => {
          failure = error;
        });
      };
      try {
        await gate(incoming, run);
        if (failure !== undefined) answerError(response, failure);
        else await send(response, result);
      } catch (error) {
        answerError(response, error);
      }
    });
    expect(failed).toContain('leaves the errors of a handler to the framework, and ends the scope');
  });

  test('does not pass on the time limit', async () => {
    const failed = await failures(({ timeoutMs, ...rest }) => wrapped(pool, rest));
    expect(failed).toEqual(['answers 504 when the time limit is reached, and ends the scope']);
  });

  test('forgets the guards', async () => {
    const failed = await failures(({ guards, ...rest }) => wrapped(pool, rest));
    expect(failed).toEqual([
      'checks guards one after the other, in the scope, before the handler',
      'answers the error of a guard as problem+json, and does not run the handler',
      'leaves other errors of a guard to the framework',
    ]);
  });
});
