/** What a notification says: whose permissions changed, and the version that they have since. */
export interface Change {
  readonly tenant: string;
  readonly version: number;
}

/**
 * Reads the payload of a notification. Anybody with a login may send one, so whatever is not in the
 * form in which our functions write it is undefined, and never an error.
 */
export function readPayload(payload: string | undefined): Change | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(payload ?? '');
  } catch {
    return undefined;
  }
  const { tenant, version } = Object(parsed) as { tenant?: unknown; version?: unknown };
  if (typeof tenant !== 'string' || !Number.isSafeInteger(version)) return undefined;
  return { tenant, version: version as number };
}
