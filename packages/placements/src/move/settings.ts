/**
 * Settings by which equal values have equal texts in both databases, and which let nothing but the mover end
 * its session. Rows that were written a moment ago are in memory, where an index is worth its while; the counts of
 * parts stay there too, and no statement is worth being compiled.
 */
export const settings = {
  datestyle: 'ISO, YMD',
  intervalstyle: 'postgres',
  timezone: 'UTC',
  extra_float_digits: '1',
  bytea_output: 'hex',
  lc_monetary: 'C',
  row_security: 'on',
  statement_timeout: '0',
  idle_in_transaction_session_timeout: '0',
  random_page_cost: '1.1',
  work_mem: '32MB',
  jit: 'off',
};
