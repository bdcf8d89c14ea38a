import { strict as assert } from 'node:assert';
import { setTimeout as sleep } from 'node:timers/promises';
import { TenantryError } from '@tenantry/core';
import type { AdapterHarness, TestRunner } from './adapter-harness.ts';
import type { ApplicationOptions, Serve } from './applications.ts';
import { as, codeOf } from './assertions.ts';

/** The behaviours of an adapter with the option `errors: 'throw'`. */
export function errorConformance(
  { it }: TestRunner,
  { world, answersAfterScope }: AdapterHarness,
  serve: Serve,
): void {
  const [first, second] = world.tenants;

  it("leaves every error to the application with errors: 'throw'", async () => {
    const seen: string[] = [];
    const options: ApplicationOptions = {
      onError(error) {
        const { code, message } = error as { code?: string; message: string };
        seen.push(code ?? message);
        return { status: 409, text: `ours: ${code ?? message}` };
      },
    };
    const fails = (error: Error) =>
      serve(async () => {
        await world.read();
        throw error;
      }, options);
    const forgets = serve(async () => {
      codeOf(world.readSlowly(5000)).catch(() => {});
      await sleep(20);
      return null;
    }, options);
    const cases: [ReturnType<Serve>, Record<string, string>, string][] = [
      [forgets, { 'x-user': first.user }, 'TENANT_CLAIM_MISSING'],
      [forgets, { 'x-user': first.user, 'x-tenant': second.claim }, 'TENANT_NOT_FOUND'],
      [fails(new TenantryError('ROW_FORBIDDEN')), as(first), 'ROW_FORBIDDEN'],
      [fails(new Error('of the application')), as(second), 'of the application'],
    ];
    if (answersAfterScope) cases.push([forgets, as(first), 'SCOPE_WORK_UNFINISHED']);
    for (const [ask, headers, expected] of cases) {
      const { status, body } = await ask(headers);
      assert.deepEqual([status, body], [409, `ours: ${expected}`]);
    }
    assert.deepEqual(
      seen,
      cases.map(([, , expected]) => expected),
    );
  });
}
