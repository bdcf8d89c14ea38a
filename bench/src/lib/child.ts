import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';

/** What a process of a bench answers, or the stack of what was thrown in it. */
type Answer = { readonly gave: unknown } | { readonly threw: string };

/** Asks a process of a bench one question; @throws Error with what was thrown there. */
export async function ask<Question extends object>(
  child: ChildProcess,
  question: Question,
): Promise<unknown> {
  const asked = new AbortController();
  const answered = once(child, 'message', { signal: asked.signal });
  const ended = once(child, 'exit', { signal: asked.signal }).then(([code]) => {
    throw new Error(`a process of the bench ended with ${code}`);
  });
  try {
    child.send(question);
    const [answer] = (await Promise.race([answered, ended])) as [Answer];
    if ('threw' in answer) throw new Error(answer.threw);
    return answer.gave;
  } finally {
    asked.abort();
    ended.catch(() => {});
  }
}

/** In a process of a bench: answers what it is asked, one question after the other. */
export function answerQuestions<Question>(answer: (question: Question) => Promise<unknown>): void {
  const send = (said: Answer) => void process.send?.(said);
  process.on('message', (question: Question) => {
    answer(question).then(
      (gave) => send({ gave }),
      (error: unknown) => send({ threw: error instanceof Error ? `${error.stack}` : `${error}` }),
    );
  });
  process.on('disconnect', () => process.exit());
}
