import { readFileSync } from 'node:fs';

/**
 * Reads the CPU time that all processes of the server used so far, in microseconds; NaN when it runs
 * where this process cannot see it.
 */
export type CpuMeter = () => number;

/** The clock ticks of /proc, which Linux fixes at 100 a second for user space. */
const tickUs = 10_000;

/**
 * A meter of the server's whole process tree, when a backend of it is a process of this machine. CPU
 * time is steadier than wall time on a busy machine.
 *
 * @param backendPid `pg_backend_pid()` of any connection.
 */
export function createCpuMeter(backendPid: number): CpuMeter {
  const postmaster = postmasterOf(backendPid);
  return () => (postmaster === undefined ? Number.NaN : treeCpu(postmaster));
}

function postmasterOf(backendPid: number): number | undefined {
  try {
    const fields = statFields(backendPid);
    const parent = Number(fields[1]);
    return readFileSync(`/proc/${parent}/comm`, 'utf8').startsWith('postgres') ? parent : undefined;
  } catch {
    return undefined; // another machine, another container, or not Linux
  }
}

/**
 * The CPU of the server and all its backends. What a backend used moves to its parent's sums when it
 * ends; a reading during which one ends would count it twice or not at all, so it is taken again.
 */
function treeCpu(postmaster: number): number {
  let us = 0;
  for (let attempt = 0; attempt < 5; attempt++) {
    const before = endedUs(postmaster);
    us = before + scheduledUs(postmaster);
    for (const child of childrenOf(postmaster)) us += scheduledUs(child);
    if (endedUs(postmaster) === before) break;
  }
  return us;
}

function childrenOf(pid: number): number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8');
  return children.trim().split(' ').filter(Boolean).map(Number);
}

/** What the children that have ended used. */
function endedUs(pid: number): number {
  const fields = statFields(pid);
  return (Number(fields[13]) + Number(fields[14])) * tickUs;
}

/** The first number of schedstat is the time on a CPU, in nanoseconds. */
function scheduledUs(pid: number): number {
  try {
    return Number.parseInt(readFileSync(`/proc/${pid}/schedstat`, 'utf8'), 10) / 1000;
  } catch {
    return 0; // it has just ended
  }
}

/** The fields of /proc/<pid>/stat from `state` on, which is number 3 in proc(5). */
function statFields(pid: number): string[] {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}
