import { strict as assert } from 'node:assert';
import type { AdapterHarness, TestRunner } from './adapter-harness.ts';
import type { Serve } from './applications.ts';
import { as } from './assertions.ts';

/** The behaviours of work that is left to a job. */
export function jobConformance({ it }: TestRunner, { world }: AdapterHarness, serve: Serve): void {
  const { capture, resume } = world;
  if (capture === undefined || resume === undefined) return;

  it('captures the scope of a request for a job that runs later', async () => {
    const ask = serve(async () => ({ token: capture() }));
    const answers = await Promise.all(world.tenants.map((tenant) => ask(as(tenant))));
    for (const [i, { status, body }] of answers.entries()) {
      assert.equal(status, 200, body);
      const rows: readonly string[] = await resume(JSON.parse(body).token, world.read);
      assert.deepEqual([...rows].sort(), world.tenants[i]?.rows.toSorted());
    }
  });
}
