import { relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Trace } from './trace.ts';

interface Frame {
  readonly file: string;
  readonly position: string;
  readonly name: string;
}

const inParentheses = /^at (?:async )?(.*) \((.+?):(\d+:\d+)\)$/;
const alone = /^at (?:async )?(.+?):(\d+:\d+)$/;

function frameOf(line: string): Frame | undefined {
  const text = line.trim();
  const [, name = '', file, position] = inParentheses.exec(text) ?? [];
  if (file !== undefined && position !== undefined) return { name, file: pathOf(file), position };
  const [, path, at] = alone.exec(text) ?? [];
  return path === undefined || at === undefined
    ? undefined
    : { name: '', file: pathOf(path), position: at };
}

const pathOf = (file: string) => (file.startsWith('file:') ? fileURLToPath(file) : file);

const framesOf = ({ stack = '' }: Trace) =>
  stack.split('\n').flatMap((line) => frameOf(line) ?? []);

/** The folder of this package: frames in it are not those of a caller. */
const ours = /^.*[\\/](?:src|dist)[\\/]/.exec(framesOf(new Error('here'))[0]?.file ?? '')?.[0];

const isOfCaller = ({ file }: Frame) =>
  !file.startsWith('node:') &&
  !/[\\/]node_modules[\\/]/.test(file) &&
  (ours === undefined || !file.startsWith(ours));

/** The first frame of the application, if the stack has one: `src/projects.ts:41:18 getProject`. */
export function callerOf(trace: Trace): string | undefined {
  const frame = framesOf(trace).find(isOfCaller);
  if (frame === undefined) return undefined;
  const near = relative(process.cwd(), frame.file);
  const file = near.startsWith('..') ? frame.file : near.split(sep).join('/');
  return `${file}:${frame.position}${frame.name === '' ? '' : ` ${frame.name}`}`;
}
