import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { deployOrders } from '../../src/generate/history/index.ts';
import { cases } from '../support/rolling-changes.ts';
import { deploy } from '../support/rolling-deploy.ts';

/** Tried in rollout.test.ts: what `previous` of tenantry.config.ts is for. */
const elsewhere = ['role renamed', 'context signed', 'context plain'];

describe('old and new code beside each other, and the old code after going back', () => {
  test.each(cases)(
    '%s',
    async (_, kind, make) => {
      const { order, notes: said, failure } = await deploy(make());
      const told = deployOrders[kind].order;
      // two releases are needed where neither code works with the other's database
      expect({
        order: told === 'two releases' ? 'stop the old code first' : told,
        failure,
      }).toEqual({
        order,
        failure,
      });
      const wanted =
        told === 'migrate, then deploy' ? [] : [expect.stringMatching(`^order: ${told}: .*`)];
      expect(said.filter((note) => note.includes(deployOrders[kind].how))).toEqual(wanted);
      if (told === 'migrate, then deploy') expect(said).toEqual([]);
    },
    60_000,
  );

  test('every kind of change is tried', () => {
    const tried = [...cases.map(([, kind]) => kind as string), ...elsewhere];
    expect([...new Set(tried)].sort()).toEqual(Object.keys(deployOrders).sort());
  });
});

const guide = readFileSync(
  fileURLToPath(new URL('../../../../docs/guides/migrations.md', import.meta.url)),
  'utf8',
);

test('the guide lists the orders, and no other', () => {
  const [, section = ''] = /## In which order to deploy\n([\s\S]*?)\n## /.exec(guide) ?? [];
  const rows = section.split('\n').filter((line) => /^\| (?!change|-)/.test(line));
  expect(rows).toEqual(
    Object.values(deployOrders).map(
      ({ change, order, how }) => `| ${change} | **${order}** | ${how} |`,
    ),
  );
});
