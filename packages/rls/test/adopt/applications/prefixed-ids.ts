import { readFileSync } from 'node:fs';

// a file of its own: the command is tried on it too
export const prefixedIds = readFileSync(new URL('prefixed-ids.sql', import.meta.url), 'utf8');
