import type { Expression } from './expression.ts';
import { parseSelect } from './select.ts';
import { TokenReader } from './token-reader.ts';
import { tokens } from './tokens.ts';

/**
 * Parses the condition of a policy as `pg_get_expr` prints it. It never fails: an unknown construct
 * becomes an `opaque` expression, which no rule accepts as isolation.
 */
export function parseExpression(sql: string): Expression {
  const reader = new Parser(tokens(sql));
  const expression = reader.expression();
  return reader.atEnd() ? expression : { kind: 'opaque', items: [expression] };
}

/** How tightly operators bind, as in PostgreSQL. */
const bindings: Readonly<Record<string, number>> = {
  or: 1,
  and: 2,
  not: 3,
  is: 4,
  comparison: 5,
  range: 6,
  operator: 7,
  sum: 8,
  product: 9,
  sign: 10,
};
const comparisons = new Set(['=', '<', '>', '<=', '>=', '<>', '!=']);
const ranges = new Set(['in', 'between', 'like', 'ilike', 'similar']);
const contextWords = new Set([
  'current_user',
  'session_user',
  'current_role',
  'user',
  'current_catalog',
  'current_schema',
]);
const constants = new Set(['true', 'false', 'null']);

class Parser extends TokenReader {
  expression(least = 0): Expression {
    let left = this.#prefix();
    for (;;) {
      const grown = this.#infix(left, least);
      if (grown === undefined) return left;
      left = grown;
    }
  }

  list(end: string): Expression[] {
    const items: Expression[] = [];
    while (!this.atEnd() && !this.is(end)) {
      items.push(this.expression());
      if (!this.take(',') && !this.is(end)) {
        // `extract(year from at)`, `trim(both from x)`: keep the arguments, not their meaning
        if (this.take('from', 'for', 'in', 'as', 'order', 'by', 'desc', 'asc')) continue;
        items.push({ kind: 'opaque', items: [] });
        this.next();
      }
    }
    this.take(end);
    return items;
  }

  #prefix(): Expression {
    const token = this.next();
    if (token === undefined) return { kind: 'opaque', items: [] };
    if (token.kind === 'text') return { kind: 'text', value: token.value };
    if (token.kind === 'number') return { kind: 'constant', value: token.value };
    if (token.kind === 'operator') {
      const item = this.expression(bindings.sign);
      return { kind: 'call', name: `operator ${token.value}`, args: [item] };
    }
    if (token.kind === 'mark')
      return token.value === '(' ? this.#group() : { kind: 'opaque', items: [] };
    if (token.kind === 'word') {
      if (token.value === 'not') return { kind: 'not', item: this.expression(bindings.not) };
      if (constants.has(token.value)) return { kind: 'constant', value: token.value };
      if (token.value === 'exists' && this.take('(')) {
        return { kind: 'exists', select: this.#group() };
      }
      if (token.value === 'case') return this.#case();
      if (token.value === 'array' && this.take('[')) return { kind: 'list', items: this.list(']') };
      if (token.value === 'array' && this.take('(')) return this.#group();
      if (token.value === 'row' && this.take('(')) return { kind: 'list', items: this.list(')') };
      if (contextWords.has(token.value) && !this.is('.', '(')) {
        return { kind: 'call', name: token.value, args: [] };
      }
    }
    return this.#path(token.value);
  }

  /** After an opening bracket: a sub-select, a row, or an expression. */
  #group(): Expression {
    if (this.is('select', 'with', 'values')) {
      const select = parseSelect(this, () => this.expression());
      this.take(')');
      return select;
    }
    const items = this.list(')');
    return items.length === 1 ? (items[0] as Expression) : { kind: 'list', items };
  }

  #case(): Expression {
    const items: Expression[] = [];
    while (!this.atEnd() && !this.take('end')) {
      if (!this.take('when', 'then', 'else')) items.push(this.expression());
    }
    return { kind: 'opaque', items };
  }

  #path(first: string): Expression {
    const path = [first];
    while (this.take('.')) path.push(this.next()?.value ?? '');
    if (!this.take('(')) return { kind: 'column', path };
    if (this.is('select')) return { kind: 'call', name: path.join('.'), args: [this.#group()] };
    this.take('distinct', 'all', 'variadic', 'both', 'leading', 'trailing');
    return { kind: 'call', name: path.join('.'), args: this.list(')') };
  }

  #infix(left: Expression, least: number): Expression | undefined {
    const token = this.peek();
    if (token === undefined) return undefined;
    const binds = (name: keyof typeof bindings) => (bindings[name] as number) >= least;
    if (token.kind === 'operator') return this.#operator(left, least, token.value);
    if (this.take('::')) return { kind: 'cast', item: left, type: this.#type() };
    if (this.take('[')) return { kind: 'opaque', items: [left, ...this.list(']')] };
    if (this.take('.')) {
      this.next();
      return { kind: 'opaque', items: [left] };
    }
    if (this.take('collate')) {
      this.#path(this.next()?.value ?? '');
      return left;
    }
    if (this.is('operator') && this.peek(1)?.value === '(') return this.#qualified(left);
    if (this.is('at')) {
      for (const word of ['at', 'time', 'zone']) this.take(word);
      return { kind: 'opaque', items: [left, this.expression(bindings.sign)] };
    }
    if (this.is('and', 'or') && binds(token.value)) {
      this.next();
      const right = this.expression((bindings[token.value] as number) + 1);
      const kind = token.value as 'and' | 'or';
      return { kind, items: left.kind === kind ? [...left.items, right] : [left, right] };
    }
    if (this.is('is') && binds('is')) return this.#is(left);
    if (this.is('isnull') && binds('is')) {
      this.next();
      return { kind: 'is', test: 'null', item: left };
    }
    const negated = this.is('not') && ranges.has(this.peek(1)?.value ?? '');
    if ((negated || this.is(...ranges)) && binds('range')) return this.#range(left);
    return undefined;
  }

  #operator(left: Expression, least: number, operator: string): Expression | undefined {
    const binding = comparisons.has(operator)
      ? bindings.comparison
      : /^[*/%]$/.test(operator)
        ? bindings.product
        : /^[+-]$/.test(operator)
          ? bindings.sum
          : bindings.operator;
    if ((binding as number) < least) return undefined;
    this.next();
    return this.#compared(left, operator, binding as number);
  }

  #compared(left: Expression, operator: string, binding: number): Expression {
    const quantifier = this.is('any', 'some') ? 'any' : this.is('all') ? 'all' : undefined;
    if (quantifier !== undefined && this.peek(1)?.value === '(') {
      this.next();
      this.next();
      return { kind: 'compare', operator, left, right: this.#group(), quantifier };
    }
    return { kind: 'compare', operator, left, right: this.expression(binding + 1) };
  }

  /** `left OPERATOR(schema.=) right` */
  #qualified(left: Expression): Expression {
    this.next();
    this.next();
    let operator = '';
    while (!this.atEnd() && !this.take(')')) operator = this.next()?.value ?? '';
    return this.#compared(left, operator, bindings.comparison as number);
  }

  #is(left: Expression): Expression {
    this.next();
    const negated = this.take('not') ? 'not ' : '';
    if (this.take('distinct')) {
      this.take('from');
      const right = this.expression((bindings.comparison as number) + 1);
      return { kind: 'compare', operator: negated === '' ? '<>' : '=', left, right };
    }
    return { kind: 'is', test: `${negated}${this.next()?.value ?? ''}`, item: left };
  }

  #range(left: Expression): Expression {
    const negated = this.take('not');
    const word = this.next()?.value;
    let found: Expression;
    if (word === 'in') {
      this.take('(');
      const right = this.is('select', 'with', 'values')
        ? this.#group()
        : ({ kind: 'list', items: this.list(')') } as const);
      found = { kind: 'compare', operator: '=', left, right, quantifier: 'any' };
    } else if (word === 'between') {
      this.take('symmetric');
      const low = this.expression(bindings.range);
      this.take('and');
      found = { kind: 'opaque', items: [left, low, this.expression(bindings.range)] };
    } else {
      this.take('to');
      const right = this.expression((bindings.range as number) + 1);
      found = { kind: 'compare', operator: '~~', left, right };
    }
    return negated ? { kind: 'not', item: found } : found;
  }

  /** The name of a type: `uuid`, `character varying(20)`, `timestamp with time zone`, `auth.ids[]`. */
  #type(): string {
    const words: string[] = [];
    do words.push(this.next()?.value ?? '');
    while (this.take('.'));
    let type = words.join('.');
    while (this.is('varying', 'precision', 'with', 'without', 'time', 'zone')) {
      type += ` ${this.next()?.value}`;
    }
    if (this.is('(') && this.peek(1)?.kind === 'number') {
      this.next();
      this.skipGroup();
    }
    while (this.is('[') && this.peek(1)?.value === ']') {
      this.next();
      this.next();
      type += '[]';
    }
    return type;
  }
}
