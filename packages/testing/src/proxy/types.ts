/** The destination of a proxy. */
export interface ProxyTarget {
  readonly host: string;
  /** 1 to 65535. */
  readonly port: number;
}

/** Options of `startProxy` and `startProxyProcess`. */
export interface ProxyOptions {
  readonly target: ProxyTarget;
  /** Added to each round trip, in milliseconds, 0 to 60,000; half of it each way. Default: 0. */
  readonly latencyMs?: number;
}

/** The frontend messages that are counted by name; all others are `other`. */
export interface MessageCounts {
  readonly query: number;
  readonly parse: number;
  readonly bind: number;
  readonly describe: number;
  readonly execute: number;
  readonly close: number;
  readonly sync: number;
  readonly flush: number;
  readonly other: number;
}

/** The traffic of one connection, or of all, after start-up and authentication. */
export interface Traffic {
  /**
   * How often the client sent messages and then got an answer: ReadyForQuery, or the response to Flush or
   * COPY. Messages sent before the answer arrives belong to the same round trip.
   */
  readonly roundTrips: number;
  /** Query and Execute messages. */
  readonly statements: number;
  readonly messages: MessageCounts;
  readonly bytesToServer: number;
  readonly bytesToClient: number;
}

/** The traffic of one connection. */
export interface ConnectionTraffic extends Traffic {
  /** 1 for the first connection of the proxy, and so on; `reset` does not start it again. */
  readonly id: number;
  readonly isOpen: boolean;
  /** Whether TLS was agreed, so that messages cannot be read and only bytes are counted. */
  readonly isEncrypted: boolean;
}

/** The traffic of a proxy: the sum, and each connection since the last `reset`. */
export interface ProxyStats extends Traffic {
  readonly connections: readonly ConnectionTraffic[];
}

/** A TCP proxy in front of PostgreSQL that measures, delays and breaks connections. */
export interface PostgresProxy {
  /** The port on 127.0.0.1. */
  readonly port: number;
  /** The same connection string, through the proxy. */
  url(targetUrl: string): string;
  stats(): Promise<ProxyStats>;
  /** Resets all counts and forgets closed connections. */
  reset(): Promise<void>;
  /** Changes the added round-trip time, in milliseconds, 0 to 60,000; order is kept. */
  setLatency(latencyMs: number): Promise<void>;
  /** Holds all data back, in both directions, like a network that drops packets. */
  pause(): Promise<void>;
  /** Delivers the held data. */
  resume(): Promise<void>;
  /** Resets every connection, on both sides; new ones are accepted. Returns their number. */
  breakConnections(): Promise<number>;
  close(): Promise<void>;
}
