import { fromSql, TenantryError } from '../errors/index.ts';

/**
 * The TenantryError that an error of a statement stands for, or the error itself. Several statements
 * in one text are refused by the server, so that nothing has to read a text for it; the name of its
 * routine is the same in every language.
 */
export function asTold(error: Error): Error {
  const { code, routine } = error as { code?: string; routine?: string };
  if (code !== '42601' || routine !== 'exec_parse_message') return fromSql(error);
  return new TenantryError('STATEMENT_REFUSED', {
    found: 'several statements in one text',
    fix: 'Send them one by one, in a transaction, or in one round trip with pool.batch(…).',
    cause: error,
  });
}
