export type { IncomingMessage } from 'node:http';
export { projects as drafts, projects as orders } from '../schema.ts';
