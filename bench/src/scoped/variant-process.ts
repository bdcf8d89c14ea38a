import { answerQuestions } from '../lib/child.ts';
import { runHere, type Window } from '../lib/window.ts';
import type { OpenVariant, OperationName } from './operations.ts';
import { variants } from './variants/index.ts';

/** What the bench asks of the process of a variant; it answers one question after the other. */
export type Question =
  | {
      readonly ask: 'open';
      readonly variant: string;
      /** The connection string of each login. */
      readonly urls: Readonly<Record<string, string>>;
      readonly max: number;
    }
  | { readonly ask: 'run'; readonly op: OperationName; readonly window: Window }
  | { readonly ask: 'close' };

let open: OpenVariant | undefined;

async function answer(question: Question): Promise<unknown> {
  if (question.ask === 'open') {
    const variant = variants.find(({ name }) => name === question.variant);
    open = await variant?.open((login) => question.urls[login] ?? '', question.max);
    return undefined;
  }
  if (open === undefined) throw new Error('no variant is open');
  if (question.ask === 'run') return runHere(open.operations[question.op])(question.window);
  return open.end();
}

answerQuestions(answer);
