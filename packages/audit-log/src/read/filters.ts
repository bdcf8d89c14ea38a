import { type SqlStatement, statement } from '@tenantry/core/sql';
import { isMoment, textParameter, transactionIdParameter, wrongParameter } from './parameters.ts';

/** A filter of entries; missing properties do not filter. */
export interface AuditFilter<A extends string = string> {
  /** Actions; `project.*` stands for all that begin with `project.`. */
  readonly action?: A | `${string}.*` | readonly (A | `${string}.*`)[];
  /** The actor: the id of a user, a system actor or a login. */
  readonly actor?: string;
  /** The user on whose behalf it was done. */
  readonly onBehalfOf?: string;
  readonly resource?: readonly [type: string, id?: string];
  readonly source?: 'entry' | 'capture';
  /** From this time on (inclusive); a Date, or ISO 8601 with a time zone. */
  readonly from?: Date | string;
  /** Before this time (exclusive). */
  readonly to?: Date | string;
  readonly transactionId?: string;
  readonly requestId?: string;
  /**
   * Words in the texts of the metadata, in search-engine syntax: `"exact words" -without`. It reads the
   * tenant's entries from the newest on; limit the time when there are many.
   */
  readonly search?: string;
}

/** The conditions of a filter. @throws TenantryError `CONFIG_INVALID` (400) for what the database could not read */
export function conditions(filter: AuditFilter): SqlStatement[] {
  const { action, actor, onBehalfOf, resource, source, transactionId, requestId, search } = filter;
  const text = textParameter;
  const found: SqlStatement[] = [];
  if (action !== undefined) {
    found.push(ofActions([action].flat().map((each) => text('action', each))));
  }
  if (actor !== undefined) found.push(statement`actor_id = ${text('actor', actor)}`);
  if (onBehalfOf !== undefined)
    found.push(statement`on_behalf_of = ${text('onBehalfOf', onBehalfOf)}`);
  if (resource !== undefined) found.push(...ofResource(resource));
  if (source !== undefined) found.push(statement`source = ${text('source', source)}`);
  if (filter.from !== undefined)
    found.push(statement`created_at >= ${timeOf(filter.from)}::timestamptz`);
  if (filter.to !== undefined)
    found.push(statement`created_at < ${timeOf(filter.to)}::timestamptz`);
  if (transactionId !== undefined) {
    found.push(statement`transaction_id = ${transactionIdParameter(transactionId)}::text::bigint`);
  }
  if (requestId !== undefined) found.push(statement`request_id = ${text('requestId', requestId)}`);
  if (search !== undefined) {
    found.push(
      statement`jsonb_to_tsvector('simple', metadata, '["string", "numeric"]') @@ websearch_to_tsquery('simple', ${text('search', search)})`,
    );
  }
  return found;
}

function ofResource(resource: readonly [type: string, id?: string]): SqlStatement[] {
  if (!Array.isArray(resource)) {
    throw wrongParameter(
      'a resource of an audit query that is no list',
      "Pass [type] or [type, id]: ['project', id].",
    );
  }
  const [type, id] = resource;
  const ofType = statement`resource_type = ${textParameter('resource type', type)}`;
  if (id === undefined) return [ofType];
  return [ofType, statement`resource_id = ${textParameter('resource id', id)}`];
}

function ofActions(actions: readonly string[]): SqlStatement {
  const whole = actions.filter((action) => !action.endsWith('.*'));
  const begins = actions.filter((action) => action.endsWith('.*')).map((a) => a.slice(0, -1));
  return statement`(action = any (${whole}::text[]) or exists (select from unnest(${begins}::text[]) p where starts_with(action, p)))`;
}

/** A time as text with its time zone. */
export function timeOf(time: Date | string): string {
  const text = time instanceof Date ? isoOf(time) : time;
  if (typeof text === 'string' && isMoment(text)) {
    return /^\d+-\d\d-\d\d$/.test(text) ? `${text}T00:00:00Z` : text;
  }
  throw wrongParameter(
    'a time of an audit query that is neither a Date nor ISO 8601 with a time zone, or that no calendar has',
    "Pass a Date, or text such as '2026-05-18T09:30:00Z' or '2026-05-18'.",
  );
}

/** JavaScript writes years after 9999 with a sign, which PostgreSQL does not accept. */
const isoOf = (time: Date): string =>
  Number.isNaN(time.getTime()) ? '' : time.toISOString().replace(/^\+0*/, '');
