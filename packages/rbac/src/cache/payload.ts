/** The content of a notification: the tenant whose permissions changed, and the new version. */
export interface Change {
  readonly tenant: string;
  readonly version: number;
}

/**
 * Parses the payload of a notification. Any login can send one, so an unknown form yields undefined,
 * never an error.
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
