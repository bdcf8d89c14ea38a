import { splitTokens } from '../lexer/tokens.ts';

/** The schema that SQL in our source is written for, and the default schema of a tenancy. */
export const defaultSchema = 'tenantry';

/** The most texts cached per schema; the code has far fewer. */
const mostKept = 2000;
const moved = new Map<string, Map<string, string>>();

/**
 * Rewrites SQL that is written for the schema `tenantry` for the schema of a tenancy. For `tenantry` it
 * returns its argument. Results are cached by schema.
 *
 * It renames the unquoted name before a dot and after the word SCHEMA. Quoted names `"…"` and texts `'…'`
 * may come from users and are kept, and so are comments. Inside dollar quotes the same rules apply: a
 * literal of ours that contains a name is written as `$name$tenantry.enter(text)$name$`, or
 * `$name$ tenantry $name$` for the schema alone, with blanks, because `$tenantry$` ends the body of a
 * function.
 */
export function textInSchema(schema: string, text: string): string {
  if (schema === defaultSchema) return text;
  let known = moved.get(schema);
  if (known === undefined) {
    known = new Map();
    moved.set(schema, known);
  }
  let found = known.get(text);
  if (found === undefined) {
    found = rename(schema, text);
    if (known.size >= mostKept) known.clear();
    known.set(text, found);
  }
  return found;
}

function rename(schema: string, text: string): string {
  if (!/tenantry/i.test(text)) return text;
  const tokens = splitTokens(text);
  // the token before a name, without blanks and comments
  let before = '';
  let word = '';
  return tokens
    .map((token, i) => {
      if (isBlank(token)) return token;
      const [first, last] = [before, token.toLowerCase()];
      const behindSchema = first === 'schema' || (first === 'exists' && word === 'schema');
      before = last;
      // `schema if not exists tenantry`
      if (!['if', 'not', 'exists'].includes(last)) word = last;
      if (/^\$[^$\d]*\$|^\$[a-z_\x80-\uffff][^$]*\$/i.test(token))
        return renameQuoted(schema, token);
      if (last !== defaultSchema || first === '.') return token;
      return behindSchema || next(tokens, i) === '.' ? schema : token;
    })
    .join('');
}

/** A dollar-quoted text: the name of the schema, or SQL. */
function renameQuoted(schema: string, token: string): string {
  const [tag = ''] = /^\$[^$]*\$/.exec(token) ?? [];
  const closed = token.length >= 2 * tag.length && token.endsWith(tag);
  const body = token.slice(tag.length, closed ? -tag.length : undefined);
  const named = body.trim() === defaultSchema ? ` ${schema} ` : rename(schema, body);
  return tag + named + (closed ? tag : '');
}

const isBlank = (token: string) => /^(?:\s|\ufeff|--|\/\*)/.test(token);

function next(tokens: readonly string[], from: number): string | undefined {
  let at = from + 1;
  while (at < tokens.length && isBlank(tokens[at] as string)) at++;
  return tokens[at];
}
