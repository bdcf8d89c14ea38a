import { type DatabaseAnswer, failureInWords } from '@tenantry/core/scope';
import type { Print } from './command-output.ts';

/** A row of one database; `place` is the name of that database, absent for that of the shared tables. */
export type RowAtPlace<R> = R & { readonly place?: string };

/** The rows that all databases gave, for a command of `atEachDatabase`. */
export const rowsAtPlaces = <R extends object>(
  answers: readonly DatabaseAnswer<readonly R[]>[],
): readonly RowAtPlace<R>[] =>
  answers.flatMap(({ place, value = [] }) =>
    value.map((row) => ({ ...row, ...(place !== undefined && { place }) })),
  );

/**
 * Names the databases that gave no answer.
 * @returns the exit code: 1 when there is one
 * @example
 * ```ts
 * const answers = await atEachDatabase(tenancy, pool, () => staleProjects(pool));
 * print.result(rowsAtPlaces(answers), () => print.table(rowsAtPlaces(answers)));
 * return printUnanswered(answers, print);
 * ```
 */
export function printUnanswered(
  answers: readonly DatabaseAnswer<unknown>[],
  print: Pick<Print, 'failed'>,
): 0 | 1 {
  const failed = answers.filter(({ error }) => error !== undefined);
  for (const each of failed) print.failed(failureInWords(each));
  return failed.length === 0 ? 0 : 1;
}
