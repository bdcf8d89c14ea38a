import { splitTokens } from '../lexer/tokens.ts';
import { type Ddl, ddl } from './ddl.ts';

/** A function's name, parameters and result. */
export interface Signature {
  readonly name: string;
  readonly args: readonly Ddl[];
  readonly returns: Ddl;
}

/**
 * Reads a signature as PostgreSQL writes it: `can(permission text, of uuid default null) returns boolean`.
 * @throws Error for anything else: a mistake of the package that wrote it
 */
export function readSignature({ sql }: Ddl): Signature {
  const [open = '', ...tokens] = splitAt(sql.trim());
  let depth = 0;
  const args = [''];
  while (tokens.length > 0) {
    const token = tokens.shift() as string;
    if (token === '(') depth++;
    if (token === ')' && --depth === 0) break;
    if (token === ',' && depth === 1) args.push('');
    else if (!(token === '(' && depth === 1)) args[args.length - 1] += token;
  }
  const result = /^\s*returns\s+(\S[\s\S]*)$/i.exec(tokens.join(''))?.[1];
  if (open === '' || result === undefined) throw new Error(`no signature of a function: ${sql}`);
  return {
    name: open.startsWith('"') ? open.slice(1, -1).replaceAll('""', '"') : open,
    args: args.map((each) => piece(each.trim())).filter((each) => each.sql !== ''),
    returns: piece(result),
  };
}

/** The name, and every token after it. */
function splitAt(sql: string): string[] {
  const tokens = splitTokens(sql);
  const bracket = tokens.indexOf('(');
  return [tokens.slice(0, bracket).join('').trim(), ...tokens.slice(bracket)];
}

const piece = (sql: string): Ddl => ddl`${{ sql }}`;
