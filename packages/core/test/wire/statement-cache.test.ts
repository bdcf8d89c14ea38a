import fc from 'fast-check';
import { expect, test } from 'vitest';
import { StatementCache, statementName } from '../../src/wire/statement-cache.ts';

const plans = ['app', 'app\0"t_acme"', 'system'];
const step = fc.oneof(
  fc.record({ plan: fc.nat(2), text: fc.nat(9) }),
  fc.constant('evict' as const),
);

test('whatever is used, a connection keeps the statements that were used last, of all plan keys together', () => {
  const history = fc.property(fc.integer({ min: 1, max: 6 }), fc.array(step), (max, steps) => {
    const cache = new StatementCache(max);
    const nameOf = (plan: number, text: number) => statementName(plans[plan] as string, `${text}`);
    let kept: string[] = [];
    for (const each of steps) {
      if (each === 'evict') {
        const gone = cache.evict().map(({ name }) => name);
        const wanted = kept.slice(0, Math.max(0, kept.length - max));
        expect(gone).toEqual(wanted);
        kept = kept.slice(wanted.length);
      } else {
        const name = nameOf(each.plan, each.text);
        expect(cache.use(plans[each.plan] as string, `${each.text}`).name).toBe(name);
        kept = [...kept.filter((known) => known !== name), name];
      }
    }
  });
  fc.assert(history);
});
