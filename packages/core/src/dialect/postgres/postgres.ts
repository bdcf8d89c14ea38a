import type { Step } from '../../wire/flight.ts';
import { MessageWriter } from '../../wire/message-writer.ts';
import type { Dialect } from '../dialect.ts';
import { PostgresContextWriter } from './context.ts';

const ignored: Step = { onRow() {}, onComplete() {} };
const rollback = new MessageWriter(64).parse('', 'rollback').bind('', []).execute().sync().bytes();

/**
 * PostgreSQL on one server. All Executes before one Sync form one implicit transaction, so a flush needs
 * neither BEGIN nor COMMIT, and after an error the Sync ends it.
 */
export const postgres: Dialect = Object.freeze<Dialect>({
  namesStatements: true,
  contextWriter: (tenancy, contextSecret) => new PostgresContextWriter(tenancy, contextSecret),
  writeBegin() {},
  writeEnd() {},
  readError: (error) => error,
  endFailed(session, ended) {
    if (session.status === 'I') ended();
    else session.launch(rollback, [ignored], ended); // a BEGIN of the caller was in the flush
  },
});
