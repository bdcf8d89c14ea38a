import { expect, test } from 'vitest';
import { chosenComparisons } from '../src/scoped/grid.ts';

test('only uuids are compared with a library that knows no other ids', () => {
  const names = (kind: 'uuid' | 'integer' | 'bigint' | 'text') =>
    chosenComparisons({ variants: undefined }, kind).flatMap(({ base, variant }) => [
      base,
      variant,
    ]);
  expect(names('uuid')).toContain('better-tenant');
  for (const kind of ['integer', 'bigint', 'text'] as const) {
    expect(names(kind)).not.toContain('better-tenant');
    expect(names(kind)).toContain('tenantry');
  }
});
