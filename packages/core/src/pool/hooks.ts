import type pg from 'pg';

const ofHooks = new WeakSet<object>();

/** Whether an error was thrown by a hook of the application, and not by the database. */
export const isOfHook = (error: unknown): boolean => ofHooks.has(Object(error));

function noted<E>(error: E): E {
  if (error instanceof Error) ofHooks.add(error);
  return error;
}

/** Wraps the hooks `onConnect` and `verify`, so that their errors are recognised later. */
export function withHooks(config: pg.PoolConfig): pg.PoolConfig {
  const { onConnect, verify } = config;
  const hooked = { ...config };
  if (onConnect !== undefined) {
    hooked.onConnect = async (client) => {
      try {
        await onConnect(client);
      } catch (error) {
        throw noted(error);
      }
    };
  }
  if (verify !== undefined) {
    hooked.verify = (client, done) => verify(client, (error) => done(noted(error)));
  }
  return hooked;
}
