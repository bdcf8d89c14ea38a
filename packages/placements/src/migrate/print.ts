import type { Print } from '@tenantry/rls/feature';
import { inWords } from './compare.ts';
import { isTrouble, lineOf, type Outcome, type OutcomeState } from './outcome.ts';
import type { DatabaseStatus } from './status.ts';

const order: readonly OutcomeState[] = [
  'migrated',
  'pending',
  'current',
  'failed',
  'unreachable',
  'not begun',
];

/** Prints what became of each database. @returns the exit code */
export function printRun(outcomes: readonly Outcome[], print: Print): number {
  const ok = !outcomes.some(isTrouble);
  print.result({ ok, databases: outcomes }, () => {
    for (const each of outcomes) {
      // those that are as they were are counted only
      const isQuiet =
        (each.state === 'current' && each.drift.length === 0) || each.state === 'not begun';
      if (isTrouble(each) && !isQuiet) print.failed(lineOf(each));
      else if (!isQuiet) print.done(lineOf(each));
    }
    const counts = order.flatMap((state) => {
      const count = outcomes.filter((each) => each.state === state).length;
      return count === 0 ? [] : [`${count} ${state}`];
    });
    print.line(
      `${outcomes.length === 1 ? '1 database' : `${outcomes.length} databases`}: ${counts.join(', ')}`,
    );
    const left = outcomes
      .filter(({ state }) => state === 'not begun')
      .map(({ database }) => database);
    if (left.length > 0) {
      const more = left.length > 5 ? `, and ${left.length - 5} more` : '';
      print.line(`not begun: ${left.slice(0, 5).join(', ')}${more}`);
    }
    if (!ok)
      print.line('Correct what is named above, and run it again: it goes on where it stopped.');
  });
  return ok ? 0 : 1;
}

/** Prints how far each database is. @returns the exit code */
export function printStatus(found: readonly DatabaseStatus[], print: Print): number {
  const isFine = ({ pending, drift, error }: DatabaseStatus) =>
    pending.length === 0 && drift.length === 0 && error === undefined;
  const ok = found.every(isFine);
  print.result({ ok, databases: found }, () => {
    print.table(
      found.map(({ database, version, pending, drift, error }) => ({
        database,
        version,
        pending: pending.length,
        drift: drift.length === 0 ? null : inWords(drift),
        error: error === undefined ? null : `${error.code}: ${error.found}`,
      })),
    );
  });
  return ok ? 0 : 1;
}
