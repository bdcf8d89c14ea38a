import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Form, parseForm } from '../form.ts';
import type { FakeState } from '../state.ts';
import { FakeStripeError } from './errors.ts';
import { type createFaults, Disconnect } from './faults.ts';
import { type Answer, createIdempotency } from './idempotency.ts';
import type { Page } from './pay-page.ts';
import { inVersion } from './versions.ts';

/** A request that the fake has answered. */
export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly status: number;
}

interface ServerParts {
  readonly state: FakeState;
  readonly faults: ReturnType<typeof createFaults>;
  dispatch(method: string, path: string, params: Form): unknown;
  /** The page of a browser at this address, if there is one. */
  page(method: string, path: string): Page | undefined;
  seen(request: SeenRequest): void;
  /** The delay of every response, in milliseconds. */
  latencyMs(): number;
}

/** Serves the API on 127.0.0.1. */
export async function serve(parts: ServerParts, port: number) {
  const idempotency = createIdempotency(() => parts.state.now());
  const server = createServer((request, response) => {
    handle(parts, idempotency, request, response).catch((error) => {
      if (error instanceof Disconnect) response.destroy();
      else send(response, toAnswer(error));
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function handle(
  parts: ServerParts,
  idempotency: ReturnType<typeof createIdempotency>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { method = 'GET', url = '/' } = request;
  const [path = '/', query = ''] = url.split('?');
  const body = await read(request);
  const page = parts.page(method, path);
  if (page !== undefined) return show(response, page);
  const latency = parts.latencyMs();
  if (latency > 0) await new Promise((resolve) => setTimeout(resolve, latency));
  const key = request.headers['idempotency-key'];
  const execute = async (): Promise<Answer> => {
    try {
      parts.faults.before(`${method} ${path}`);
      const params = parseForm(method === 'POST' ? body : query || body);
      const version = request.headers['stripe-version']?.toString();
      // a copy, because the answer stored under an idempotency key must not change with the state
      const answer = structuredClone(parts.dispatch(method, path, params));
      return { status: 200, body: inVersion(answer, version) };
    } catch (error) {
      return toAnswer(error);
    }
  };
  let answer: Answer;
  if (request.headers.authorization === undefined) {
    answer = toAnswer(new FakeStripeError(401, 'You did not provide an API key.'));
  } else {
    answer = await idempotency
      .run(method === 'POST' ? key?.toString() : undefined, `${path} ${body}`, execute)
      .catch(toAnswer);
  }
  parts.seen({ method, path, status: answer.status });
  parts.faults.after(`${method} ${path}`);
  send(response, answer);
}

async function read(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

function toAnswer(error: unknown): Answer {
  if (error instanceof Disconnect) throw error;
  if (error instanceof FakeStripeError) {
    return { status: error.status, body: error, headers: error.headers };
  }
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { status: 500, body: { error: { type: 'api_error', message } } };
}

function show(response: ServerResponse, { status, location, html }: Page): void {
  const to = location === undefined ? {} : { location };
  response.writeHead(status, { 'content-type': 'text/html; charset=utf-8', ...to }).end(html);
}

let requests = 0;

function send(response: ServerResponse, { status, body, headers = {} }: Answer): void {
  const text = JSON.stringify(body);
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
    'request-id': `req_fake${++requests}`,
    ...headers,
  });
  response.end(text);
}
