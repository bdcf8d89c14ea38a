import { TenantryError } from '@tenantry/core';
import { type Piece, piece } from './compose.ts';

/** Which entries; what is left out does not narrow. */
export interface AuditFilter<A extends string = string> {
  /** Actions; `project.*` stands for all that begin with `project.`. */
  readonly action?: A | `${string}.*` | readonly (A | `${string}.*`)[];
  /** Who did it: the id of a user, a system actor or a login. */
  readonly actor?: string;
  /** In whose name. */
  readonly onBehalfOf?: string;
  readonly resource?: readonly [type: string, id?: string];
  readonly source?: 'entry' | 'capture';
  /** From this moment on; a Date, or ISO 8601 with a time zone. */
  readonly from?: Date | string;
  /** Before this moment. */
  readonly to?: Date | string;
  readonly transactionId?: string;
  readonly requestId?: string;
  /**
   * Words in the texts of the metadata, as of a search engine: `"exact words" -without`. It reads the
   * tenant's entries from the newest on; narrow the time where there are many.
   */
  readonly search?: string;
}

/** The conditions of a filter. @throws TenantryError `CONFIG_INVALID` for what is no time */
export function conditions(filter: AuditFilter): Piece[] {
  const { action, actor, onBehalfOf, resource, source, transactionId, requestId, search } = filter;
  const found: Piece[] = [];
  if (action !== undefined) found.push(ofActions([action].flat() as string[]));
  if (actor !== undefined) found.push(piece`actor_id = ${actor}`);
  if (onBehalfOf !== undefined) found.push(piece`on_behalf_of = ${onBehalfOf}`);
  if (resource !== undefined) {
    found.push(piece`resource_type = ${resource[0]}`);
    if (resource[1] !== undefined) found.push(piece`resource_id = ${resource[1]}`);
  }
  if (source !== undefined) found.push(piece`source = ${source}`);
  if (filter.from !== undefined)
    found.push(piece`created_at >= ${timeOf(filter.from)}::timestamptz`);
  if (filter.to !== undefined) found.push(piece`created_at < ${timeOf(filter.to)}::timestamptz`);
  if (transactionId !== undefined) {
    found.push(piece`transaction_id = ${transactionId}::text::bigint`);
  }
  if (requestId !== undefined) found.push(piece`request_id = ${requestId}`);
  if (search !== undefined) {
    found.push(
      piece`jsonb_to_tsvector('simple', metadata, '["string", "numeric"]') @@ websearch_to_tsquery('simple', ${search})`,
    );
  }
  return found;
}

function ofActions(actions: readonly string[]): Piece {
  const whole = actions.filter((action) => !action.endsWith('.*'));
  const begins = actions.filter((action) => action.endsWith('.*')).map((a) => a.slice(0, -1));
  return piece`(action = any (${whole}::text[]) or exists (select from unnest(${begins}::text[]) p where starts_with(action, p)))`;
}

/** A moment as text that names its time zone. */
export function timeOf(time: Date | string): string {
  const text =
    time instanceof Date ? (Number.isNaN(time.getTime()) ? '' : time.toISOString()) : time;
  if (/^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d(:?\d\d)?))?$/.test(text)) {
    return text.length === 10 ? `${text}T00:00:00Z` : text;
  }
  throw new TenantryError('CONFIG_INVALID', {
    found: 'a time of an audit query that is neither a Date nor ISO 8601 with a time zone.',
    fix: "Pass a Date, or text such as '2026-05-18T09:30:00Z' or '2026-05-18'.",
    status: 400,
  });
}
