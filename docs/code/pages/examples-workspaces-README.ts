import { pgTable, text } from 'drizzle-orm/pg-core';

export { ilike } from 'drizzle-orm';
export const documents = pgTable('documents', { title: text().notNull() });
export declare const search: unknown;
export declare const api: {
  get(
    path: string,
    options: unknown,
    handler: (request: { readonly query: { title: string; limit: number } }) => unknown,
  ): void;
};
