import { MessageWriter, type WireValue } from '../../wire/message-writer.ts';
import type { PooledSession } from '../pooled-session.ts';

/** Asks a question of one text on a connection that is not running anything, in its transaction if any. */
export async function askOne(
  session: PooledSession,
  text: string,
  values: readonly WireValue[],
): Promise<string | null | undefined> {
  let answer: string | null | undefined;
  const bytes = new MessageWriter(4096).parse('', text).bind('', values).execute().sync().bytes();
  const onRow = ([found]: readonly (string | null)[]) => {
    answer = found;
  };
  const { error } = await session.fly(bytes, [{ onRow, onComplete() {} }]);
  if (error !== undefined) throw error;
  return answer;
}
