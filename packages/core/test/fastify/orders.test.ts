import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sleep } from '../support/wait.ts';
import { ask, world } from './app.ts';

const { application, forget, names } = await world();

/** What a handler does, one step after the other; it ends with the steps or with an error. */
const steps = ['read', 'forget', 'wait', 'send', 'send later', 'throw', 'return'] as const;
type Step = (typeof steps)[number];

/** The answer: that of the first step that gives one, unless work was forgotten before it. */
function expected(order: readonly Step[]): unknown[] {
  const at = order.findIndex((step) => ['send', 'send later', 'throw', 'return'].includes(step));
  const answer = order[at];
  if (answer === 'throw') return [500, 'own'];
  if (order.slice(0, at < 0 ? order.length : at).includes('forget')) {
    return [500, 'SCOPE_WORK_UNFINISHED'];
  }
  return [200, answer ?? ''];
}

test('whatever a handler does in whatever order, there is one answer, and it is true', async () => {
  let order: readonly Step[] = [];
  // with the first statement, the handler runs before the hook that opens the scope has returned
  const verifying = (['now', 'with-first-statement'] as const).map((verify) => ({ verify }));
  const limits = verifying.flatMap((given) => [given, { ...given, timeoutMs: 60_000 }]);
  const apps = limits.map((given) => {
    const app = application(given);
    app.get('/', async (_, reply) => {
      for (const step of order) {
        if (step === 'read') await names();
        if (step === 'forget') void forget();
        if (step === 'wait') await sleep(1);
        if (step === 'send') reply.send('send');
        if (step === 'send later') {
          setTimeout(() => reply.send('send later'), 2);
          return reply;
        }
        if (step === 'throw') throw new Error('own');
        if (step === 'return') return 'return';
      }
      return undefined;
    });
    return app;
  });
  const orders = fc.array(fc.constantFrom(...steps), { maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(orders, fc.constantFrom(...apps), async (given, app) => {
      order = given;
      const { status, body } = await ask(app, '/');
      const problem = status === 200 ? {} : JSON.parse(body);
      const found = problem.code ?? problem.message ?? body;
      expect([status, found]).toEqual(expected(given));
    }),
    { numRuns: 200 },
  );
});
