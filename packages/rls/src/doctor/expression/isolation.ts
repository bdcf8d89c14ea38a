import { type Expression, everything, type Select } from './expression.ts';

/** The table of a policy. */
export interface PolicyTable {
  readonly name: string;
  /** Its tenant column; undefined when another table decides. */
  readonly tenantColumn: string | undefined;
  /** Whether rows without a tenant may pass. Default: false. */
  readonly hasCommonRows?: boolean;
  /** The function that gives the ids of the rows of the tenant, with its schema. Default: none. */
  readonly visibleBy?: string | undefined;
}

/** Why a condition does not isolate tenants. */
export type Gap =
  | 'always'
  | 'null-row'
  | 'missing-context'
  | 'escape-hatch'
  | 'pattern'
  | 'own-value'
  | 'constant'
  | 'unknown';

/** What a policy condition says about the tenant. */
export interface Isolation {
  /** Whether only rows of the current tenant pass. */
  readonly bound: boolean;
  /** Why not; empty when it is bound. */
  readonly gaps: readonly Gap[];
  /** The expressions that the tenant is compared with, as canonical text without casts. */
  readonly contexts: readonly string[];
}

const bound = (...contexts: string[]): Isolation => ({ bound: true, gaps: [], contexts });
const open = (...gaps: Gap[]): Isolation => ({ bound: false, gaps, contexts: [] });

/**
 * Decides whether a condition binds rows to the tenant of the transaction. These bind:
 * `tenant = context`, ANDed with anything; an OR when every branch binds; EXISTS and IN over a table
 * whose rows are bound in this way and tied to the row. A context is any expression that does not depend
 * on the row: `current_setting(…)`, `auth.uid()`, `current_user`.
 */
export function isolationOf(e: Expression, table: PolicyTable): Isolation {
  return new Analysis(table).of(e);
}

class Analysis {
  readonly #table: PolicyTable;

  constructor(table: PolicyTable) {
    this.#table = table;
  }

  of(e: Expression): Isolation {
    switch (e.kind) {
      case 'and':
        return this.#all(e.items.map((item) => this.of(item)));
      case 'or':
        return this.#any(e.items.map((item) => this.of(item)));
      case 'constant':
        return e.value === 'false' || e.value === 'null' ? bound() : open('always');
      case 'cast':
        return this.of(e.item);
      case 'compare':
        return this.#compare(e);
      case 'exists':
        return e.select.kind === 'select' ? this.#exists(e.select) : open('unknown');
      case 'is':
        return this.#is(e);
      case 'call':
        return this.#call(e);
      case 'select':
        // a condition in its own brackets: (select is_member(organization_id))
        return !e.hasFrom && e.items.length === 1
          ? this.of(e.items[0] as Expression)
          : open('unknown');
      default:
        return open('unknown');
    }
  }

  /** AND: one condition that binds is enough. */
  #all(items: readonly Isolation[]): Isolation {
    const binding = items.filter((item) => item.bound);
    if (binding.length > 0) return bound(...binding.flatMap((item) => item.contexts));
    return open(...items.flatMap((item) => item.gaps));
  }

  /** OR: each condition must bind. */
  #any(items: readonly Isolation[]): Isolation {
    const gaps = items.flatMap((item) => item.gaps);
    return gaps.length === 0 ? bound(...items.flatMap((item) => item.contexts)) : open(...gaps);
  }

  #compare(e: Extract<Expression, { kind: 'compare' }>): Isolation {
    const sides = [e.left, e.right] as const;
    const column = sides.find((side) => this.#isTenant(side));
    if (column === undefined) return this.#compareOther(e);
    const other = sides[0] === column ? sides[1] : sides[0];
    if (patterns.has(e.operator)) return open('pattern');
    if (e.operator !== '=' || e.quantifier === 'all') return open('unknown');
    if (isContext(other)) return bound(canonical(other));
    const select = other.kind === 'select' ? other : undefined;
    if (select?.hasFrom === true) {
      const within = contextsOf(select);
      return within.length > 0 && !select.opaque ? bound(...within) : open('unknown');
    }
    if (this.#mentionsRow(other)) return open('own-value');
    return open('constant');
  }

  /** A comparison without the tenant column. */
  #compareOther(e: Extract<Expression, { kind: 'compare' }>): Isolation {
    const { left, right } = e;
    if (this.#isVisible(e)) return bound();
    if (e.operator === '=' && right.kind === 'select' && right.hasFrom && this.#mentionsRow(left)) {
      // for a table without a tenant column: project_id in (select id from projects where …)
      const within = this.#table.tenantColumn === undefined ? contextsOf(right) : [];
      if (within.length > 0 && !right.opaque) return bound(...within);
    }
    const tenantWithin = [left, right].some((side) =>
      [...everything(side)].some((part) => this.#isTenant(part)),
    );
    if (tenantWithin) return open(patterns.has(e.operator) ? 'pattern' : 'own-value');
    if (mentionsContext(e)) {
      const compared = [left, right].find((side) => !mentionsContext(side));
      const empty = compared !== undefined && canonical(compared) === "''";
      return open(empty ? 'missing-context' : 'escape-hatch');
    }
    return open('unknown');
  }

  #isVisible({ left, operator, right, quantifier }: Extract<Expression, { kind: 'compare' }>) {
    const { visibleBy } = this.#table;
    const ids = right.kind === 'cast' ? right.item : right;
    return (
      operator === '=' &&
      quantifier === 'any' &&
      isColumn(left) &&
      ids.kind === 'call' &&
      ids.name === visibleBy
    );
  }

  #exists(select: Select): Isolation {
    const within = contextsOf(select);
    const tied = select.where !== undefined && this.#isTied(select.where, select.sources);
    if (within.length > 0 && tied && !select.opaque) return bound(...within);
    return open(within.length > 0 && !select.opaque ? 'escape-hatch' : 'unknown');
  }

  #is(e: Extract<Expression, { kind: 'is' }>): Isolation {
    if (this.#isTenant(e.item)) {
      return e.test === 'null' && this.#table.hasCommonRows === true ? bound() : open('null-row');
    }
    if (e.test === 'null' && mentionsContext(e.item)) return open('missing-context');
    return e.test === 'true'
      ? this.of(e.item)
      : open(mentionsContext(e.item) ? 'escape-hatch' : 'unknown');
  }

  /** A function that receives the tenant of the row decides itself; another rule checks it. */
  #call(e: Extract<Expression, { kind: 'call' }>): Isolation {
    const given = e.args.some((arg) => this.#mentionsTenant(arg));
    if (given && /(^|\.)(starts_with|strpos|position|left|substr|substring)$/.test(e.name)) {
      return open('pattern');
    }
    if (
      given ||
      (this.#table.tenantColumn === undefined && e.args.some((arg) => this.#mentionsRow(arg)))
    ) {
      return e.name.startsWith('operator ') ? open('unknown') : bound(`${e.name}(row)`);
    }
    return open(mentionsContext(e) ? 'escape-hatch' : 'unknown');
  }

  #isTenant(e: Expression): boolean {
    if (e.kind === 'cast') return this.#isTenant(e.item);
    return (
      e.kind === 'column' &&
      this.#columnOfRow(e.path) === this.#table.tenantColumn &&
      this.#table.tenantColumn !== undefined
    );
  }

  #mentionsTenant(e: Expression): boolean {
    return [...everything(e)].some((part) => this.#isTenant(part));
  }

  #mentionsRow(e: Expression): boolean {
    return [...everything(e)].some((part) => part.kind === 'column');
  }

  /** Whether a column of the sub-select must equal a column of the row. */
  #isTied(e: Expression, inner: ReadonlySet<string>): boolean {
    if (e.kind === 'and') return e.items.some((item) => this.#isTied(item, inner));
    if (e.kind !== 'compare' || e.operator !== '=') return false;
    const ofRow = (side: Expression) =>
      bareColumn(side)?.at(-2) === this.#table.name && !inner.has(this.#table.name);
    return [e.left, e.right].some(ofRow) && [e.left, e.right].every((side) => isColumn(side));
  }

  #columnOfRow(path: readonly string[]): string | undefined {
    const qualifier = path.length > 1 ? path.at(-2) : this.#table.name;
    return qualifier === this.#table.name ? path.at(-1) : undefined;
  }
}

/** LIKE, ILIKE, regular expressions, starts-with, and their negations. */
const patterns = new Set(['~~', '~~*', '!~~', '!~~*', '~', '~*', '!~', '!~*', '^@']);

/** Whether an expression is the same for every row, and not the same for everybody. */
export function isContext(e: Expression): boolean {
  if (e.kind === 'select') {
    return !e.hasFrom && !e.opaque && e.items.length === 1 && isContext(e.items[0] as Expression);
  }
  const all = [...everything(e)];
  if (all.some((part) => part.kind === 'column' || part.kind === 'opaque')) return false;
  if (all.some((part) => part.kind === 'select' && part.hasFrom)) return false;
  return all.some(isSource);
}

const isSource = (e: Expression) => e.kind === 'call' && !pure.has(e.name);
/** Functions that only pass on their arguments. */
const pure = new Set([
  'coalesce',
  'nullif',
  'greatest',
  'least',
  'lower',
  'upper',
  'btrim',
  'concat',
]);

const mentionsContext = (e: Expression): boolean => [...everything(e)].some(isSource);

/** The contexts that the rows of a sub-select are compared with: `where m.user_id = auth.uid()`. */
function contextsOf(select: Select): string[] {
  const functions = select.functions.map((name) => `${name}()`);
  return select.where === undefined ? functions : [...functions, ...contextsIn(select.where)];
}

function contextsIn(e: Expression): string[] {
  if (e.kind === 'and') return e.items.flatMap(contextsIn);
  if (e.kind === 'or') {
    const each = e.items.map(contextsIn);
    return each.every((found) => found.length > 0) ? each.flat() : [];
  }
  if (e.kind === 'exists' && e.select.kind === 'select' && !e.select.opaque)
    return contextsOf(e.select);
  if (e.kind !== 'compare' || e.operator !== '=') return [];
  for (const [one, other] of [
    [e.left, e.right],
    [e.right, e.left],
  ] as const) {
    if (isColumn(one) && isContext(other)) return [canonical(other)];
    if (isColumn(one) && other.kind === 'select' && other.hasFrom && !other.opaque) {
      return contextsOf(other);
    }
  }
  return [];
}

const isColumn = (e: Expression): boolean => bareColumn(e) !== undefined;

/** The path of a column, through casts. */
const bareColumn = (e: Expression): readonly string[] | undefined =>
  e.kind === 'cast' ? bareColumn(e.item) : e.kind === 'column' ? e.path : undefined;

/** The same spelling for equal contexts: without casts and without `(select …)`. */
export function canonical(e: Expression): string {
  switch (e.kind) {
    case 'cast':
      return canonical(e.item);
    case 'select':
      return e.items.map(canonical).join(', ');
    case 'call':
      return `${e.name}(${e.args.map(canonical).join(', ')})`;
    case 'text':
      return `'${e.value}'`;
    case 'constant':
      return e.value;
    case 'column':
      return e.path.join('.');
    default:
      return e.kind;
  }
}
