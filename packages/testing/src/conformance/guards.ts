import { strict as assert } from 'node:assert';
import { TenantryError } from '@tenantry/core';
import type { Guard } from '@tenantry/core/adapter';
import { runStatement, statement } from '@tenantry/core/sql';
import type { AdapterHarness, TestRunner } from './adapter-harness.ts';
import type { Ask, Serve } from './applications.ts';
import { as, assertProblem } from './assertions.ts';

/** The behaviours of an adapter that offers guards. */
export function guardConformance(
  { it }: TestRunner,
  { world }: AdapterHarness,
  serve: Serve,
): void {
  const [first, second] = world.tenants;
  /** What happened in the request, in its order. */
  let steps: string[] = [];
  const serveWith = (check: Guard['check']): Ask => {
    const before: Guard = {
      requires: 'nothing',
      async check() {
        steps.push('guard');
        return { 'x-first-guard': 'passed' };
      },
    };
    const handler = async () => {
      steps.push('handler');
      return null;
    };
    return serve(handler, { guards: [before, { requires: 'what the test says', check }] });
  };

  it('checks guards one after the other, in the scope, before the handler', async () => {
    const rows: unknown[] = [];
    const ask = serveWith(async (db, request) => {
      const [row] = await runStatement<{ one: number }>(db, statement`select 1 as one`);
      steps.push(`second guard ${row?.one} ${await request.header('x-user')}`);
      rows.push((await world.read()).toSorted());
      return { 'x-second-guard': 'passed too' };
    });
    for (const tenant of world.tenants) {
      steps = [];
      const answer = await ask(as(tenant));
      assert.equal(answer.status, 200, answer.body);
      assert.deepEqual(steps, ['guard', `second guard 1 ${tenant.user}`, 'handler']);
      assert.equal(answer.headers['x-first-guard'], 'passed');
      assert.equal(answer.headers['x-second-guard'], 'passed too');
    }
    assert.deepEqual(
      rows,
      world.tenants.map((tenant) => tenant.rows.toSorted()),
    );
  });

  it('answers the error of a guard as problem+json, and does not run the handler', async () => {
    const ask = serveWith(async () => {
      throw new TenantryError('ROW_FORBIDDEN', { headers: { 'retry-after': '7' } });
    });
    steps = [];
    const answer = await ask(as(first));
    assertProblem(answer, 403, 'ROW_FORBIDDEN');
    assert.equal(answer.headers['retry-after'], '7');
    assert.deepEqual(steps, ['guard']);
  });

  it('leaves other errors of a guard to the framework', async () => {
    const ask = serveWith(async () => {
      throw new Error('a mistake in a guard');
    });
    steps = [];
    const answer = await ask(as(first));
    assert.equal(answer.status, 500);
    assert.doesNotMatch(String(answer.headers['content-type']), /problem\+json/);
    assert.deepEqual(steps, ['guard']);
  });

  it('refuses who may not enter before it asks a guard', async () => {
    const ask = serveWith(async () => undefined);
    steps = [];
    const answer = await ask({ 'x-user': first.user, 'x-tenant': second.claim });
    assertProblem(answer, 404, 'TENANT_NOT_FOUND');
    assert.deepEqual(steps, []);
  });
}
