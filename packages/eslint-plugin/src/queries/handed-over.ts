import {
  argumentsOf,
  type Call,
  keyOf,
  literalString,
  memberName,
  type Node,
  unwrap,
} from '../syntax/ast.ts';
import type { Names } from '../syntax/names.ts';
import type { Types } from '../syntax/types.ts';

/** How a passed callback is run. */
export type Runner =
  /** By a queue, in the scope that started the queue: `queue.add(fn)`. */
  | 'queue'
  /** By a queue, as its worker for all jobs: `fastq(worker, 1)`. */
  | 'worker'
  /** By a loader, in the scope of the first caller: `new DataLoader(fn)`. */
  | 'loader'
  /** By an emitter, in the scope that emits: `req.on('end', fn)`. */
  | 'listener'
  /** By a timer, repeatedly. */
  | 'interval';

/** A callback, and its runner. */
export interface HandedOver {
  readonly callback: Node;
  readonly runner: Runner;
  /** The name of the runner in messages: `queue.add`. */
  readonly by: string;
}

/** Usual names of shared queues, anywhere in the name. */
export const usualQueues: readonly string[] = [
  'bottleneck',
  'limiter',
  'queue',
  'scheduler',
  'throttle',
];

/** Modules whose queues run a job in the scope that started the queue. */
const queueModules = new Set([
  'async-lock',
  'better-queue',
  'bottleneck',
  'fastq',
  'p-queue',
  'promise-queue',
  'queue',
]);
const takesJobs = new Set([
  'acquire',
  'add',
  'addAll',
  'enqueue',
  'push',
  'pushAsync',
  'schedule',
  'submit',
  'unshift',
  'unshiftAsync',
  'wrap',
]);
const asyncQueues = new Set(['cargo', 'cargoQueue', 'priorityQueue', 'queue']);
const asyncModules = new Set(['async', 'async-es', 'neo-async']);
const listens = new Set([
  'addEventListener',
  'addListener',
  'on',
  'once',
  'prependListener',
  'prependOnceListener',
]);

/** Finds the callbacks that a call or a construction passes on to be run later. */
export function handedOver(
  names: Names,
  types: Types | undefined,
  queues: readonly string[],
): (node: Node) => HandedOver[] {
  const each = (callbacks: readonly (Node | null | undefined)[], runner: Runner, by: string) =>
    callbacks.flatMap((callback) => (callback == null ? [] : [{ callback, runner, by }]));

  const made = (node: Node): HandedOver[] => {
    if (node.type !== 'CallExpression' && node.type !== 'NewExpression') return [];
    const path = names.importPath(node.callee);
    if (path === undefined) return [];
    const { source } = path;
    const name = path.names.at(-1) ?? '';
    const [first, second] = argumentsOf(node as Parameters<typeof argumentsOf>[0]);
    // `fastq(worker, 1)`, `fastq(that, worker, 1)`, `fastq.promise(worker, 1)`
    if (source === 'fastq') return each([first, second], 'worker', name || 'fastq');
    if (source === 'better-queue') return each([first], 'worker', 'new Queue');
    const part = /^async\/(\w+)$/.exec(source)?.[1];
    if ((asyncModules.has(source) && asyncQueues.has(name)) || asyncQueues.has(part ?? '')) {
      return each([first], 'worker', `async.${part ?? name}`);
    }
    if (source === 'dataloader') return each([first], 'loader', 'new DataLoader');
    if (source === 'generic-pool' && name === 'createPool') {
      const factory = first === undefined ? undefined : unwrap(first);
      if (factory?.type !== 'ObjectExpression') return [];
      const parts = factory.properties.filter(
        (one) => one.type === 'Property' && ['create', 'validate'].includes(keyOf(one) ?? ''),
      );
      const values = parts.map((one) => (one as { value: Node }).value);
      return each(values, 'loader', 'createPool');
    }
    return [];
  };

  const isQueue = (node: Node): boolean => {
    if (queueModules.has(types?.packageOf(node) ?? '')) return true;
    const value = unwrap(node);
    const constant = value.type === 'Identifier' ? names.constant(value) : undefined;
    const maker = unwrap(constant ?? value);
    if (maker.type === 'NewExpression' || maker.type === 'CallExpression') {
      const path = names.importPath(maker.callee);
      if (queueModules.has(path?.source ?? '')) return true;
      if (asyncModules.has(path?.source ?? '') && asyncQueues.has(path?.names.at(-1) ?? '')) {
        return true;
      }
      // an array, a Set or a local queue, which nobody else processes
      if (path === undefined && constant !== undefined && maker.type === 'NewExpression') {
        return (
          !(maker.callee.type === 'Identifier' && builtIn.has(maker.callee.name)) && named(value)
        );
      }
    }
    return maker.type === 'ArrayExpression' ? false : named(value);
  };
  const named = (value: Node): boolean => {
    const name = names.originalName(value)?.toLowerCase() ?? '';
    return queues.some((word) => name.includes(word.toLowerCase()));
  };

  const called = (call: Call): HandedOver[] => {
    const callee = unwrap(call.callee);
    const given = argumentsOf(call as Parameters<typeof argumentsOf>[0]);
    if (callee.type === 'Identifier') {
      return callee.name === 'setInterval' ? each([given[0]], 'interval', 'setInterval') : [];
    }
    if (callee.type !== 'MemberExpression') return [];
    const method = memberName(callee) ?? '';
    const by = `${names.originalName(callee.object) ?? '…'}.${method}`;
    if (listens.has(method)) {
      // `app.on('GET', path, handler)` is a route, not a listener
      const isListener =
        given.length === 2 || (method === 'addEventListener' && given.length === 3);
      return isListener && isEvent(given[0]) ? each([given[1]], 'listener', by) : [];
    }
    if (!takesJobs.has(method) || !isQueue(callee.object)) return [];
    return each(
      given.flatMap((one): (Node | null)[] => {
        const value = unwrap(one);
        return value.type === 'ArrayExpression' ? value.elements : [value];
      }),
      'queue',
      by,
    );
  };

  return (node) => {
    const found = made(node);
    return found.length === 0 && node.type === 'CallExpression' ? called(node) : found;
  };
}

const builtIn = new Set(['Array', 'Set', 'WeakSet', 'Map']);

/** The name of an event: a text, or a constant like `Events.paid`. */
const isEvent = (node: Node | undefined): boolean =>
  node !== undefined &&
  (literalString(node) !== undefined || ['Identifier', 'MemberExpression'].includes(node.type));
