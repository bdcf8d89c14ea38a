import { adopt, adoptionState, readFacts, schemaOfPlan, stepBack } from '@tenantry/rls/adopt';
import { diagnose } from '@tenantry/rls/doctor';
import { testDatabase } from '@tenantry/testing/vitest';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { checksums, organizationsSql, seed, tablesSql } from './single-user.ts';
import { connected, planFor, rows, tenancy } from './support.ts';

// Whatever is run, enforced and taken back in whatever order: it can be finished, and no row is different.

const tables = [
  'public.projects',
  'public.tasks',
  'public.comments',
  'public.documents',
  undefined,
] as const;
const command = fc.record({
  what: fc.constantFrom('run', 'enforce', 'back', 'end early'),
  table: fc.constantFrom(...tables),
  after: fc.integer({ min: 0, max: 12 }),
});

test('any order of runs, ends and steps back can be finished', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(command, { minLength: 1, maxLength: 8 }), async (commands) => {
      const { url } = await testDatabase();
      const root = await connected(url);
      await root.query(`${tablesSql}`);
      await seed(root, { users: 4, tasks: 40 });
      await root.query(organizationsSql);
      const plan = await planFor(root);
      const before = await checksums(root);
      for (const { what, table, after } of commands) {
        const only = table === undefined ? {} : { tables: [table] };
        if (what === 'back') {
          // what something else stands on is not taken away
          await stepBack(root, tenancy, { table }).catch((error: { code?: string }) =>
            expect(error.code).toBe('ADOPT_BLOCKED'),
          );
        } else if (what === 'end early') {
          const ending = new AbortController();
          let left = after;
          const onStep = () => {
            if (left-- === 0) ending.abort();
          };
          await adopt(root, tenancy, plan, { ...only, signal: ending.signal, onStep }).catch(
            (error: Error) => expect(error.name).toBe('AbortError'),
          );
        } else {
          expect(
            (await adopt(root, tenancy, plan, { ...only, enforce: what === 'enforce' })).findings,
          ).toEqual([]);
        }
        expect(await checksums(root)).toEqual(before);
      }
      expect((await adopt(root, tenancy, plan, { enforce: true })).findings).toEqual([]);
      expect((await adoptionState(root, tenancy)).every(({ done }) => done)).toBe(true);
      const schema = schemaOfPlan(plan, await readFacts(root, 'app'), tenancy);
      const { findings } = await diagnose(root, { tenancy, schema });
      expect(findings.filter(({ severity }) => severity === 'error')).toEqual([]);
      expect(
        await rows(
          root,
          'select 1 from comments c join tasks t on t.id = c.task_id where c.organization_id <> t.organization_id',
        ),
      ).toEqual([]);
    }),
    { numRuns: process.env.TENANTRY_LONG === '1' ? 20 : 3 },
  );
});
