import { databaseErrorOf, type Guard } from '@tenantry/core/adapter';
import type { Refusal } from '../src/problems.ts';
import { tenantAction } from './tenant.ts';

/** What a form is answered: nothing yet, a refusal, or a secret that was asked for. */
export interface FormState {
  readonly refusal?: Refusal;
  readonly secret?: string;
}

type Work = (form: FormData) => Promise<FormState | undefined>;

/**
 * An action of a form in the scope of its business. What the visitor can mend is told beside the form; what the
 * server must mend is thrown, and shown by `error.tsx`.
 * @param args guards, if any, and the work
 */
export function formAction(...args: [...guards: Guard[], work: Work]) {
  const run = tenantAction<[FormData], FormState | undefined>(...args);
  return async (_: FormState, form: FormData): Promise<FormState> => {
    try {
      return (await run(form)) ?? {};
    } catch (error) {
      const known = databaseErrorOf(error);
      if (known === undefined || known.status >= 500) throw error;
      const { code, details } = known;
      return { refusal: { code, details } };
    }
  };
}
