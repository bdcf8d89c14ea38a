/** An API key, without its secret. */
export interface ApiKey {
  /** Who acts where the key is used: the actor of the audit log. */
  readonly id: string;
  readonly name: string;
  /** The first four characters after the prefix. */
  readonly hint: string;
  /** What the key was given. It has of these what its maker has at the moment of use. */
  readonly permissions: readonly string[];
  /** The member who made it. */
  readonly createdBy: string;
  /** ISO 8601 in UTC, as all times here. */
  readonly createdAt: string;
  readonly expiresAt: string | null;
  /** Exact to a minute. */
  readonly lastUsedAt: string | null;
  readonly rotatedAt: string | null;
  readonly revokedAt: string | null;
}

/** What `keys.list` takes. */
export interface ApiKeyQuery {
  /** Keys of one page, 1 to 500. Default: 50. */
  readonly limit?: number;
  /** `next` of the page before. */
  readonly after?: string | null | undefined;
}

/** A page of keys. */
export interface ApiKeyPage {
  readonly items: readonly ApiKey[];
  /** The cursor of the next page; null after the last. */
  readonly next: string | null;
}

/** A key with what a cursor and an operator need. */
export interface ApiKeyRow extends ApiKey {
  readonly tenant: string;
  readonly live: boolean;
  /** In seconds, with the microseconds that `createdAt` does not show. */
  readonly madeAt: number;
}

/** A key with its secret, which is stored nowhere and cannot be read again. */
export interface MadeApiKey extends ApiKey {
  /** `acme_…`: what the client sends as `Authorization: Bearer <key>`. */
  readonly key: string;
}
