import { fromSql, TenantryError } from '../errors/index.ts';

/**
 * The TenantryError for an error of a statement, or the error itself. The server refuses several
 * statements in one text, so the client need not parse the text. The routine name of that error is the
 * same in every language.
 */
export function statementError(error: Error): Error {
  const { code, routine } = error as { code?: string; routine?: string };
  if (code !== '42601' || routine !== 'exec_parse_message') return fromSql(error);
  return new TenantryError('STATEMENT_REFUSED', {
    found: 'several statements in one text',
    fix: 'Send them one by one, in a transaction, or in one round trip with pool.batch(…).',
    cause: error,
  });
}
