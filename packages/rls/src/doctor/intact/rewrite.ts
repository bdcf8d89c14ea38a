import { name } from '@tenantry/core/sql';
import type { GeneratedObject } from '../../generate/index.ts';
import { plainText, type Token, tokensOf } from '../../generate/objects/tokens.ts';

/** Schemas of extensions, by extension; searches look them up at run time. */
export type ExtensionSchemas = ReadonlyMap<string, string>;

/**
 * Rewrites the statement of an object so that it creates a shadow in pg_temp. Undefined when the
 * statement cannot be rewritten.
 *
 * @param owner the owner of the table, which replaces CURRENT_USER of the migration
 */
export function shadowStatement(
  object: GeneratedObject,
  owner: string,
  extensions: ExtensionSchemas,
): string | undefined {
  const text = withExtension(object, extensions);
  if (text === undefined) return undefined;
  const { kind, relation } = object;
  if (kind === 'foreign key') return undefined; // a temporary table can reference only temporary tables
  if (kind === 'constraint') {
    return `alter table pg_temp.${name(relation).sql} add constraint ${name(object.name).sql} ${text.replace(/ not valid$/, '')}`;
  }
  if (kind === 'default') {
    return `alter table pg_temp.${name(relation).sql} alter column ${name(object.name).sql} set default ${text}`;
  }
  const tokens = tokensOf(text);
  const at =
    kind === 'function'
      ? tokens.findIndex(({ value }) => value === 'function' || value === 'procedure') + 1
      : onOf(tokens, kind);
  if (at <= 0) return undefined;
  const path = pathAt(tokens, at);
  if (path === undefined) return undefined;
  const before = plainText(tokens.slice(0, at)).replace(/ only$/, '');
  const rest = tokens.slice(at + path.length);
  const after = plainText(kind === 'function' ? rest : ofTable(rest, object, owner));
  return `${before} pg_temp.${name(path.name).sql} ${after}`;
}

/** The position after the ON that names the table; in policies and triggers it is the first ON. */
function onOf(tokens: readonly Token[], kind: string): number {
  const at = tokens.findIndex((t, i) => i > 1 && t.kind === 'word' && t.value === 'on');
  if (at === -1) return 0;
  return kind === 'index' && tokens[at + 1]?.value === 'only' ? at + 2 : at + 1;
}

function pathAt(
  tokens: readonly Token[],
  at: number,
): { readonly name: string; readonly length: number } | undefined {
  const isName = (token: Token | undefined) => token?.kind === 'word' || token?.kind === 'quoted';
  if (!isName(tokens[at])) return undefined;
  if (tokens[at + 1]?.text !== '.') return { name: tokens[at]?.value ?? '', length: 1 };
  return isName(tokens[at + 2]) ? { name: tokens[at + 2]?.value ?? '', length: 3 } : undefined;
}

/** Rewrites qualified columns and the login that ran the migration. */
function ofTable(
  tokens: readonly Token[],
  { schema, relation }: GeneratedObject,
  owner: string,
): Token[] {
  const found: Token[] = [];
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i] as Token;
    const qualifies =
      token.value === schema &&
      tokens[i + 1]?.text === '.' &&
      tokens[i + 2]?.value === relation &&
      tokens[i + 3]?.text === '.';
    if (qualifies) i += 1;
    else if (token.kind === 'word' && token.value === 'current_user' && isRole(tokens, i)) {
      found.push({ kind: 'quoted', text: name(owner).sql, value: owner });
    } else found.push(token);
  }
  return found;
}

/** Whether a word is in the list of roles after TO. */
function isRole(tokens: readonly Token[], at: number): boolean {
  for (let i = at - 1; i >= 0; i--) {
    const { value, text } = tokens[i] as Token;
    if (value === 'to') return true;
    if (text === '(' || value === 'using' || value === 'check') return false;
  }
  return false;
}

function withExtension(
  { text, statement }: GeneratedObject,
  extensions: ExtensionSchemas,
): string | undefined {
  if (!/\{ ?extension ?\}/.test(text)) return text;
  const [, extension = ''] = /extname = '(\w+)'\)/.exec(statement) ?? [];
  const schema = extensions.get(extension);
  return schema === undefined
    ? undefined
    : text.replace(/\{ ?extension ?\}/g, () => quotedIdent(schema));
}

/** The spelling of quote_ident, which is used in function bodies. */
const quotedIdent = (schema: string): string =>
  /^[a-z_][a-z0-9_]*$/.test(schema) ? schema : name(schema).sql;
