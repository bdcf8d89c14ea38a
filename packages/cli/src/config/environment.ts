import { existsSync } from 'node:fs';

/** Takes `.env` of the current folder in, as frameworks do; what is set already stays. */
export function loadEnvironment(): void {
  if (existsSync('.env')) process.loadEnvFile('.env');
}
