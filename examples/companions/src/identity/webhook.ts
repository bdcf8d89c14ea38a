import { applyChange } from './apply-change.ts';
import type { Change } from './change.ts';
import type { Database } from './database.ts';

/** What a source signs and how it tells of a change. */
export interface Source {
  /** Whether the source has signed this body, as it was sent, a short while ago. */
  isGenuine(body: string, headers: Headers): boolean;
  /** The change that an event tells of; undefined for an event of another kind. */
  read(event: unknown): Change | undefined;
  /** The change that an object tells of, in an event or in a list; undefined for one without an id of its parts. */
  readObject(kind: Change['kind'], object: unknown, isDeleted: boolean): Change | undefined;
}

/**
 * Receives the webhooks of a source. It takes the request before any body parser: the signature is over
 * the bytes. An error is thrown, so the framework answers 500 and the source tries again.
 */
export const webhook =
  (database: Pick<Database, 'db'>, source: Source) =>
  async (request: Request): Promise<Response> => {
    const body = await request.text();
    if (!source.isGenuine(body, request.headers)) return Response.json({}, { status: 401 });
    const change = source.read(JSON.parse(body));
    if (change === undefined) return Response.json({ result: 'of no interest' });
    const isNews = await applyChange(database, change);
    return Response.json({ result: isNews ? 'applied' : 'known' });
  };
