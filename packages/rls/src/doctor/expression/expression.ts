/** The condition of a policy, parsed as far as the rules need it. */
export type Expression =
  | { readonly kind: 'and' | 'or'; readonly items: readonly Expression[] }
  | { readonly kind: 'not'; readonly item: Expression }
  /** `left operator right`, or with ANY or ALL before the right side. */
  | {
      readonly kind: 'compare';
      readonly operator: string;
      readonly left: Expression;
      readonly right: Expression;
      readonly quantifier?: 'any' | 'all';
    }
  /** `item is null`, `item is not true`. */
  | { readonly kind: 'is'; readonly test: string; readonly item: Expression }
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly Expression[] }
  | { readonly kind: 'cast'; readonly item: Expression; readonly type: string }
  | { readonly kind: 'column'; readonly path: readonly string[] }
  | { readonly kind: 'text'; readonly value: string }
  /** `true`, `null`, a number. */
  | { readonly kind: 'constant'; readonly value: string }
  | Select
  | { readonly kind: 'exists'; readonly select: Expression }
  | { readonly kind: 'list'; readonly items: readonly Expression[] }
  /** An expression that is not understood, with its understood parts. */
  | { readonly kind: 'opaque'; readonly items: readonly Expression[] };

/** A sub-select. */
export interface Select {
  readonly kind: 'select';
  readonly items: readonly Expression[];
  /** The names by which its own columns are qualified. */
  readonly sources: ReadonlySet<string>;
  readonly hasFrom: boolean;
  /** The functions that it reads from. */
  readonly functions: readonly string[];
  readonly where: Expression | undefined;
  /** Whether a part of it could not be parsed: UNION, a sub-select in FROM. */
  readonly opaque: boolean;
}

/** The parts directly below an expression. */
export function parts(e: Expression): readonly Expression[] {
  switch (e.kind) {
    case 'and':
    case 'or':
    case 'list':
    case 'opaque':
      return e.items;
    case 'not':
    case 'is':
    case 'cast':
      return [e.item];
    case 'compare':
      return [e.left, e.right];
    case 'call':
      return e.args;
    case 'select':
      return e.where === undefined ? e.items : [...e.items, e.where];
    case 'exists':
      return [e.select];
    default:
      return [];
  }
}

/** An expression and all its nested expressions. */
export function* everything(e: Expression): Generator<Expression> {
  yield e;
  for (const part of parts(e)) yield* everything(part);
}

/** Whether an expression reads no column, neither of the row nor of a sub-select. */
export const isColumnFree = (e: Expression): boolean =>
  ![...everything(e)].some(
    (part) => part.kind === 'column' || (part.kind === 'select' && part.hasFrom),
  );
