import pg from 'pg';
import { afterAll, expect, test } from 'vitest';
import { operations } from '../src/http/openapi.ts';
import { asAda, testWorld } from './support/world.ts';

const stage = await testWorld();
const send = asAda(stage);
const json = [114, 3802] as const;
const before = json.map((oid) => pg.types.getTypeParser(oid));
afterAll(() => {
  for (const [i, oid] of json.entries()) pg.types.setTypeParser(oid, before[i] as never);
});

/** Every answer that a reader gets: of roles, limits, the audit log and billing. */
async function readAll(): Promise<Record<string, unknown>> {
  const found: Record<string, unknown> = {};
  for (const [route, { answers }] of Object.entries(operations)) {
    if (!route.startsWith('GET /api/') || route.includes(':') || route.endsWith('/export'))
      continue;
    const { status, json: answer } = await send(route as Parameters<typeof send>[0]);
    expect(status, route).toBe(answers);
    found[route] = answer;
  }
  return found;
}

test('no feature reads JSON through the type parsers of pg, which an application may change', async () => {
  const { status } = await send('POST /api/projects', { body: { name: 'Parsed' } });
  expect(status).toBe(201);
  const usual = await readAll();
  expect(Object.keys(usual).length).toBeGreaterThan(6);
  for (const oid of json) pg.types.setTypeParser(oid, (text) => text as never);
  const { rows } = await stage.pool.query(`select '{}'::jsonb as read`).catch(() => ({
    rows: [{ read: pg.types.getTypeParser(3802)('{}') }],
  }));
  expect(rows[0].read).toBe('{}');
  expect(await readAll()).toEqual(usual);
  expect((await send('POST /api/projects', { body: { name: 'Parsed too' } })).status).toBe(201);
});
