import { arch, cpus, platform, totalmem } from 'node:os';

/** What the figures depend on, without names or paths of this machine. */
export function describeMachine(serverVersion: string): string {
  const processors = cpus();
  const model = processors[0]?.model.trim() ?? 'unknown processor';
  const gib = Math.round(totalmem() / 2 ** 30);
  return (
    `${processors.length} cores (${model}), ${gib} GiB, ${platform()} ${arch()}, ` +
    `Node ${process.versions.node}, PostgreSQL ${serverVersion}`
  );
}
