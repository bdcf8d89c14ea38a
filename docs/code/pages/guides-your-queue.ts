import type { Database } from '../../../examples/companions/src/queue/database.ts';

export { processor, relay } from '../../../examples/companions/src/queue/bullmq.ts';
export { task } from '../../../examples/companions/src/queue/graphile-worker.ts';
export { jobOf } from '../../../examples/companions/src/queue/jobs.ts';
export { enqueue, work } from '../../../examples/companions/src/queue/pg-boss.ts';
export declare const connection: { readonly host: string };
export declare const database: Database;
export declare const month: string;
export declare const projectId: string;
export declare const sendInvoices: {
  add(name: string, data: object): Promise<unknown>;
  addBulk(jobs: readonly object[]): Promise<never[]>;
};
export declare class Worker {
  constructor(queue: string, processor: unknown, options: { connection: object });
}
export declare const total: number;
export declare function createInvoice(tx: unknown): Promise<{ readonly id: string }>;
export declare function send(invoice: unknown): Promise<void>;
export declare function sendInvoice(data: { readonly id: string }): Promise<void>;
