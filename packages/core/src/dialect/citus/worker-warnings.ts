import type { Session } from '../../wire/session.ts';

interface Warning {
  readonly code: string;
  readonly message: string;
  readonly detail: string | undefined;
  readonly hint: string | undefined;
  readonly where: string | undefined;
}

/** The first warning of a worker in a flush. */
interface Heard {
  flush: number;
  warning: Warning | undefined;
}

const heard = new WeakMap<Session, Heard>();

/** All that Citus says of an error at the COMMIT of a worker; before, it warns of the error itself. */
const notCommitted = /^could not commit transaction for shard \d+ on at least one active node$/;

/** Listens to the warnings of a connection. */
export function hearWarnings(session: Session): void {
  if (heard.has(session)) return;
  const own: Heard = { flush: -1, warning: undefined };
  heard.set(session, own);
  session.client.on('notice', (notice) => {
    const warning = notice as unknown as Warning;
    // the classes of success and of plain warnings
    if (own.flush === session.flown || /^0[0-2]/.test(warning.code)) return;
    own.flush = session.flown;
    own.warning = warning;
  });
}

/** The error of a worker that a COMMIT failed with, from the warning before. */
export function errorOfCommit(error: Error, session: Session): Error {
  const own = heard.get(session);
  if (own?.flush !== session.flown || !notCommitted.test(error.message)) return error;
  const { code, message, detail, hint, where } = own.warning as Warning;
  return Object.assign(error, { code, message, detail, hint, where });
}
