import type { Readable } from 'node:stream';

const ignore = () => {};

/** An answer that may not be sent: streams are closed, so that their sources are. */
export function dropPayload(payload: unknown): void {
  if (isReadable(payload)) payload.destroy();
  const body = payload instanceof Response ? payload.body : payload;
  if (body instanceof ReadableStream && !body.locked) body.cancel().catch(ignore);
}

/** Keeps a stream that fails before Fastify listens to it from ending the process. */
export function holdPayload(payload: unknown): void {
  if (isReadable(payload)) payload.on('error', ignore);
}

const isReadable = (payload: unknown): payload is Readable =>
  typeof (payload as { pipe?: unknown } | null | undefined)?.pipe === 'function';
