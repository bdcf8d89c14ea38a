import { createFramer, readStartupPacket } from './framing.ts';
import type { ConnectionTraffic, MessageCounts } from './types.ts';

type Counts = { -readonly [Name in keyof MessageCounts]: MessageCounts[Name] };

const nameOfType: Readonly<Record<string, keyof MessageCounts>> = {
  Q: 'query',
  P: 'parse',
  B: 'bind',
  D: 'describe',
  E: 'execute',
  C: 'close',
  S: 'sync',
  H: 'flush',
};

/** All counts at zero. */
export function noMessages(): Counts {
  return {
    query: 0,
    parse: 0,
    bind: 0,
    describe: 0,
    execute: 0,
    close: 0,
    sync: 0,
    flush: 0,
    other: 0,
  };
}

/** Parses the traffic of one connection and counts. */
export interface Observer {
  /** Bytes of the client, when they arrive at the proxy. */
  clientSent(chunk: Buffer): void;
  /** Bytes of the server, when they are passed to the client. */
  serverAnswered(chunk: Buffer): void;
  reset(): void;
  traffic(): Omit<ConnectionTraffic, 'id' | 'isOpen'>;
}

/**
 * The phases of a connection. During `encryption-asked` the server answers with a single byte, not a
 * message; after `S` or `G` nothing can be parsed any more.
 */
type Phase = 'startup' | 'encryption-asked' | 'authentication' | 'ready' | 'opaque';

/** Whether a server message lets the client continue, given its last message. */
function isAnswer(type: string, lastAsked: string): boolean {
  // After Flush any message does; G and W request COPY data.
  if (type === 'Z' || type === 'G' || type === 'W' || lastAsked === 'H') return true;
  // An error is sent before its ReadyForQuery, in a separate packet.
  return type === 'E' && (lastAsked === 'Q' || lastAsked === 'S');
}

/** A new observer, at the beginning of a connection. */
export function createObserver(): Observer {
  let phase: Phase = 'startup';
  let startupBytes: Buffer = Buffer.alloc(0);
  let messages = noMessages();
  let roundTrips = 0;
  let bytesToServer = 0;
  let bytesToClient = 0;
  /** The client has sent something and has no answer yet. */
  let isWaiting = false;
  let lastAsked = '';

  const client = createFramer((type) => {
    if (phase !== 'ready' || type === 'X') return;
    messages[nameOfType[type] ?? 'other'] += 1;
    isWaiting = true;
    lastAsked = type;
  });
  const server = createFramer((type) => {
    if (phase === 'authentication') {
      if (type === 'Z') phase = 'ready';
      return;
    }
    if (!isWaiting || !isAnswer(type, lastAsked)) return;
    isWaiting = false;
    roundTrips += 1;
  });

  function readStartup(chunk: Buffer): void {
    startupBytes = Buffer.concat([startupBytes, chunk]);
    const packet = readStartupPacket(startupBytes);
    if (packet === undefined) return;
    startupBytes = Buffer.alloc(0);
    if (packet.kind === 'encryption-request') {
      phase = 'encryption-asked';
      return;
    }
    phase = packet.kind === 'startup' ? 'authentication' : 'opaque';
    if (packet.rest.length > 0) client.feed(packet.rest);
  }

  return {
    clientSent(chunk) {
      if (phase === 'ready') bytesToServer += chunk.length;
      if (phase === 'startup') readStartup(chunk);
      else if (phase === 'authentication' || phase === 'ready') client.feed(chunk);
      else if (phase === 'opaque') bytesToServer += chunk.length;
    },
    serverAnswered(chunk) {
      if (phase === 'encryption-asked') {
        phase = chunk.toString('latin1', 0, 1) === 'N' ? 'startup' : 'opaque';
        return;
      }
      if (phase === 'ready' || phase === 'opaque') bytesToClient += chunk.length;
      if (phase === 'authentication' || phase === 'ready') server.feed(chunk);
    },
    reset() {
      messages = noMessages();
      roundTrips = 0;
      bytesToServer = 0;
      bytesToClient = 0;
    },
    traffic: () => ({
      isEncrypted: phase === 'opaque',
      roundTrips,
      statements: messages.query + messages.execute,
      messages: { ...messages },
      bytesToServer,
      bytesToClient,
    }),
  };
}
