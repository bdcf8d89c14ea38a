import type { Step } from '../../wire/flight.ts';
import type { Dialect } from '../dialect.ts';
import { postgres } from '../postgres/postgres.ts';
import { CitusContextWriter } from './context.ts';
import { readWorkerError } from './worker-error.ts';

const ignored: Step = { onRow() {}, onComplete() {} };

/**
 * Citus. Settings reach the workers only between BEGIN and COMMIT, so a flush carries both. No statement
 * is named, because a kept plan goes to the shard of the tenant that came first.
 */
export const citus: Dialect = Object.freeze<Dialect>({
  namesStatements: false,
  contextWriter: (tenancy) => new CitusContextWriter(tenancy),
  writeBegin(writer, steps) {
    writer.parse('', 'begin').bind('', []).execute();
    steps.push(ignored);
  },
  writeEnd(writer, steps) {
    writer.parse('', 'commit').bind('', []).execute();
    steps.push(ignored);
  },
  endFailed: postgres.endFailed,
  readError: readWorkerError,
});
