import fc from 'fast-check';

/** What a scope may do, one after the other; `inside` runs in a transaction or savepoint. */
export type Action =
  | {
      readonly kind:
        | 'read'
        | 'write'
        | 'error'
        | 'nested'
        | 'system'
        | 'pause'
        | 'forget'
        | 'throw';
    }
  | { readonly kind: 'batch'; readonly size: number; readonly fails: boolean }
  | {
      readonly kind: 'transaction' | 'savepoint';
      readonly inside: readonly Action[];
      readonly end: 'commit' | 'rollback' | 'abandon';
    };

export interface Script {
  readonly tenant: 'acme' | 'globex';
  readonly actions: readonly Action[];
  /** Ends the scope early, after so many milliseconds. */
  readonly stop: { readonly by: 'timeout' | 'abort'; readonly ms: number } | null;
  /** Waits before it starts, in milliseconds. */
  readonly delay: number;
}

const simple = fc.oneof(
  { weight: 12, arbitrary: fc.constant('read') },
  { weight: 4, arbitrary: fc.constant('write') },
  { weight: 2, arbitrary: fc.constantFrom('error', 'nested', 'system', 'pause') },
  { weight: 1, arbitrary: fc.constantFrom('forget', 'throw') },
);
const action: fc.Arbitrary<Action> = fc.letrec<{ action: Action }>((self) => ({
  action: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    { weight: 9, arbitrary: simple.map((kind) => ({ kind }) as Action) },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant('batch' as const),
        size: fc.integer({ min: 0, max: 5 }),
        fails: fc.boolean(),
      }),
    },
    {
      weight: 4,
      arbitrary: fc.record({
        kind: fc.constantFrom('transaction' as const, 'savepoint' as const),
        inside: fc.array(self('action'), { maxLength: 4 }),
        end: fc.constantFrom(
          'commit' as const,
          'commit' as const,
          'rollback' as const,
          'abandon' as const,
        ),
      }),
    },
  ),
})).action;

/** Scopes of two tenants that run at once. */
export const scripts: fc.Arbitrary<readonly Script[]> = fc.array(
  fc.record({
    tenant: fc.constantFrom('acme' as const, 'globex' as const),
    actions: fc.array(action, { maxLength: 7 }),
    stop: fc.oneof(
      { weight: 4, arbitrary: fc.constant(null) },
      {
        weight: 1,
        arbitrary: fc.record({
          by: fc.constantFrom('timeout' as const, 'abort' as const),
          ms: fc.integer({ min: 1, max: 25 }),
        }),
      },
    ),
    delay: fc.integer({ min: 0, max: 5 }),
  }),
  { minLength: 2, maxLength: 16 },
);
