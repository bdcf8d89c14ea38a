/** The stack of a call; it becomes text only when somebody reads it. */
export interface Trace {
  readonly stack?: string;
}

/** How many frames are kept: between a caller and the pool is a library, or two. */
const frames = 40;

/** The stack of the running code. */
export function traceHere(): Trace {
  const trace = {};
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = frames;
  Error.captureStackTrace(trace, traceHere);
  Error.stackTraceLimit = stackTraceLimit;
  return trace;
}
