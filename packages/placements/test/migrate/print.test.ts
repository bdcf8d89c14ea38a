import { TenantryError } from '@tenantry/core';
import { expect, it } from 'vitest';
import { failedOutcome, outcome } from '../../src/migrate/outcome.ts';
import { printRun } from '../../src/migrate/print.ts';

function printed() {
  const lines: string[] = [];
  const line = (mark: string) => (text: string) => void lines.push(mark + text);
  const print = {
    line: line(''),
    done: line('✓ '),
    failed: line('✗ '),
    note: line(''),
    table() {},
    result: (_: unknown, inWords: () => void) => inWords(),
  };
  return { lines, print };
}

it('says of each database what a person has to know, and counts the others', () => {
  const { lines, print } = printed();
  const error = new TenantryError('MIGRATION_FAILED', { found: '0003_d, line 2: no.', fix: 'Do.' });
  const code = printRun(
    [
      outcome('shared database', 'migrated', { migrations: ['0002_c', '0003_d'], retries: 2 }),
      outcome('p1', 'migrated', { migrations: ['a', 'b', 'c', 'd'], retries: 1 }),
      outcome('p2', 'current'),
      outcome('p3', 'current', { drift: [{ kind: 'unknown', migration: 'x' }] }),
      failedOutcome('p4', error),
      failedOutcome(
        'p5',
        new TenantryError('PLACE_UNAVAILABLE', { found: 'gone.', fix: 'Start.' }),
      ),
      ...Array.from({ length: 7 }, (_, i) => outcome(`q${i}`, 'not begun')),
    ],
    print,
  );
  expect([code, ...lines]).toEqual([
    1,
    '✓ shared database: migrated 0002_c, 0003_d (2 more tries for a lock)',
    '✓ p1: migrated 4 migrations, to d (1 more try for a lock)',
    '✓ p3: current; x ran, and is not in the folder',
    '✗ p4: failed: 0003_d, line 2: no. Do.',
    '✗ p5: unreachable: gone. Start.',
    '13 databases: 2 migrated, 2 current, 1 failed, 1 unreachable, 7 not begun',
    'not begun: q0, q1, q2, q3, q4, and 2 more',
    'Correct what is named above, and run it again: it goes on where it stopped.',
  ]);
});

it('is fine when nothing was to do', () => {
  const { lines, print } = printed();
  expect(printRun([outcome('shared database', 'current')], print)).toBe(0);
  expect(lines).toEqual(['1 database: 1 current']);
});
