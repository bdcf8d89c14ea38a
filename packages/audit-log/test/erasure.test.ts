import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { verifyExport } from '../src/verify/index.ts';
import { audit, tenancy } from './fixtures/schema.ts';
import { world } from './support/world.ts';

const { pool, ask, system } = await world();
const people = ['eve', 'mallory', 'trent'] as const;

/** Who writes, in whose name, from where, with or without personal values; in both ways into the log. */
const written = fc.record({
  user: fc.option(fc.constantFrom(...people), { nil: undefined }),
  onBehalfOf: fc.option(fc.constantFrom(...people), { nil: undefined }),
  ip: fc.option(fc.constantFrom('203.0.113.7', '2001:db8::1'), { nil: undefined }),
  email: fc.option(fc.constantFrom('eve@example.com', 'x"y\\'), { nil: undefined }),
  captured: fc.boolean(),
});

test('erasures in any order keep every hash valid and leave no value of the person', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(written, { minLength: 1, maxLength: 6 }),
      fc.shuffledSubarray([...people], { minLength: 1 }),
      async (entries, gone) => {
        const organizationId = randomUUID();
        await ask(`insert into organizations values ($1, 'Erased')`, [organizationId]);
        for (const { user, onBehalfOf, ip, email, captured } of entries) {
          const actor = { user, onBehalfOf, ip };
          await tenancy.run({ organizationId }, () =>
            pool.batch(() => [
              pool.query(`select set_config('app.actor', $1, true)`, [JSON.stringify(actor)]),
              captured
                ? pool.query('insert into projects (name, email) values ($1, $2)', ['p', email])
                : audit.log(pool, 'thing.happened', {
                    resource: ['thing'],
                    metadata: { n: 1, ...(email !== undefined && { email }) },
                  }),
            ]),
          );
        }
        for (const person of gone) {
          await system(() => audit.erase(pool, { user: person, reason: 'letter' }));
          const { findings } = await tenancy.run({ organizationId }, () => audit.verify(pool));
          expect(findings).toEqual([]);
        }
        let text = '';
        await tenancy.run({ organizationId }, async () => {
          for await (const chunk of audit.export(pool)) text += chunk;
        });
        const { findings } = await verifyExport(text.split('\n'));
        expect(findings).toEqual([]);
        const [left] = await ask<{ n: number }>(
          'select count(*)::int as n from audit_logs where actor_id = any ($1) or on_behalf_of = any ($1)',
          [gone],
        );
        expect(left?.n).toBe(0);
      },
    ),
    { numRuns: 25 },
  );
});
