import type { Expression } from '../expression/expression.ts';

/** Whether an expression is this constant, with or without brackets and casts. */
export function isConstant(e: Expression, value: 'true' | 'false'): boolean {
  switch (e.kind) {
    case 'constant':
      return e.value === value || (value === 'false' && e.value === 'null');
    case 'cast':
      return isConstant(e.item, value);
    case 'and':
    case 'or':
      return e.items.every((item) => isConstant(item, value));
    case 'not':
      return isConstant(e.item, value === 'true' ? 'false' : 'true');
    default:
      return false;
  }
}
