import type { Step } from '../wire/flight.ts';
import { MessageWriter } from '../wire/message-writer.ts';
import { type OwnStatement, OwnStep, ownStatement } from '../wire/own-step.ts';
import type { PooledSession } from './pooled-session.ts';
import { objects, sequences, settings, temporary } from './residue.ts';

/**
 * The statements that remove leftover state, in this order. Each takes 3 µs when there is nothing to
 * remove.
 */
const remedies = (
  [
    [settings, 'reset all'],
    [objects, 'close all'],
    [objects, 'unlisten *'],
    [temporary, 'discard temp'],
    [sequences, 'discard sequences'],
  ] as const
).map(([bit, text]) => ({ bit, statement: ownStatement(text) }));

const begin = ownStatement('begin');
const commit = ownStatement('commit');
const restore = ownStatement(
  'select pg_catalog.set_config(key, value, false) from pg_catalog.json_each_text($1)',
);
const ignore = () => {};

/** Writes the statements that remove `due`; with `apart` in a transaction of their own. */
export function writeRemedies(
  writer: MessageWriter,
  steps: Step[],
  session: PooledSession,
  due: number,
  named: boolean,
  apart: boolean,
): void {
  const put = (statement: OwnStatement, values: string[] = []) =>
    steps.push(new OwnStep(writer, session, statement, values, ignore, named));
  const { baseline } = session.residue;
  if (apart) put(begin);
  for (const { bit, statement } of remedies) {
    if ((due & bit) === 0) continue;
    put(statement);
    if (bit === settings && baseline !== undefined && Object.keys(baseline).length > 0)
      put(restore, [JSON.stringify(baseline)]);
  }
  if (apart) put(commit);
}

/** Reads the settings that were made on this connection so far. */
export async function learnBaseline(session: PooledSession): Promise<void> {
  const writer = new MessageWriter();
  const baseline: Record<string, string> = {};
  const step = new OwnStep(
    writer,
    session,
    ownStatement(
      `select name, setting from pg_catalog.pg_settings where source = 'session' and context in ('user', 'superuser')`,
    ),
    [],
    ([name, setting]) => {
      baseline[name as string] = setting as string;
    },
    false,
  );
  const { error } = await session.fly(writer.sync().bytes(), [step]);
  if (error !== undefined) throw error;
  session.residue.baseline = baseline;
}
