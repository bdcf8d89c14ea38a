import { existsSync } from 'node:fs';

/** Loads `.env` of the current folder, as frameworks do; existing variables are kept. */
export function loadEnvironment(): void {
  if (existsSync('.env')) process.loadEnvFile('.env');
}
