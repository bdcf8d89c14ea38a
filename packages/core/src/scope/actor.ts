import { isIP } from 'node:net';
import { TenantryError } from '../errors/index.ts';

/** The actor of a scope, for policies, permissions and the audit log. */
export interface Actor {
  /** The id of the signed-in user. */
  readonly user?: string;
  /** The id of the user on whose behalf `user` acts (impersonation). */
  readonly onBehalfOf?: string;
  /** The client's IP address, v4 or v6. */
  readonly ip?: string;
  /** The id of the request, for correlation with logs and traces. */
  readonly requestId?: string;
}

const longest = 200;

/** Checks the fields of an actor: strings of 1 to 200 characters without control characters. */
export function parseActor(input: Actor): Actor {
  const actor: Record<string, string> = {};
  for (const key of ['user', 'onBehalfOf', 'ip', 'requestId'] as const) {
    const value = input[key];
    if (value === undefined) continue;
    if (!isPlainText(value) || (key === 'ip' && isIP(value) === 0)) {
      throw new TenantryError('CONFIG_INVALID', {
        found: `actor.${key} is not ${key === 'ip' ? 'an IP address' : `a text of 1 to ${longest} characters`}`,
        fix: `Pass ${key} as a plain string, or leave it out.`,
      });
    }
    actor[key] = value;
  }
  return Object.freeze(actor);
}

/** Whether a value is a string, of 1 to `most` characters, that a PostgreSQL setting can hold. */
export function isPlainText(value: unknown, most: number = longest): value is string {
  if (typeof value !== 'string' || value.length === 0 || value.length > most) return false;
  for (let i = 0; i < value.length; i++) {
    const unit = value.charCodeAt(i);
    if (unit < 0x20 || unit === 0x7f) return false;
  }
  return true;
}
