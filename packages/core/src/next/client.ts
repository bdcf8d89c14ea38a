/**
 * For components in the browser; it imports nothing of the server.
 *
 * @module
 */
export { type DigestedError, parseDigest } from './digest.ts';
