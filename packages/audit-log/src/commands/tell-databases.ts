import { type DatabaseAnswer, failureInWords } from '@tenantry/core/scope';
import type { Print } from '@tenantry/rls/feature';

/** What a command says of one database. */
interface Said<R> {
  readonly print: Print;
  inWords(value: R): void;
  /** Whether it is as it should be. Default: always. */
  isOk?(value: R): boolean;
}

/**
 * Says what each database answered, by name where there are several; as JSON that of the only one, or
 * `{ ok, databases: [{ place, … }] }`.
 * @returns the exit code, that of the worst
 */
export function tellDatabases<R extends object>(
  answers: readonly DatabaseAnswer<R>[],
  { print, inWords, isOk = () => true }: Said<R>,
): number {
  const ok = answers.every(({ value }) => value !== undefined && isOk(value));
  const [first] = answers;
  const only = answers.length === 1 ? first?.value : undefined;
  const databases = answers.map((answer) => ({
    place: answer.place ?? null,
    ...(answer.value ?? { ok: false, error: failureInWords(answer) }),
  }));
  print.result(only ?? { ok, databases }, () => {
    for (const answer of answers) {
      if (answer.value === undefined) print.failed(failureInWords(answer));
      else {
        if (only === undefined) print.line(`${answer.place ?? 'the shared database'}:`);
        inWords(answer.value);
      }
    }
  });
  return ok ? 0 : 1;
}
