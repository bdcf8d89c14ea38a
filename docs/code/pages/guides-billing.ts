export { stripe as stripeEu, stripe as stripeUs } from '../features.ts';
export declare const boss: {
  send(name: string): Promise<void>;
  work(name: string, job: () => Promise<unknown>): Promise<void>;
  schedule(name: string, cron: string): Promise<void>;
};
export declare const express: { raw(options: { readonly type: string }): unknown };
interface ExpressResponse {
  status(code: number): ExpressResponse;
  type(name: string): ExpressResponse;
  send(body: string): void;
}
/** The part of an Express application that the page uses. */
export interface Express {
  post(
    path: string,
    before: unknown,
    handler: (
      req: { readonly body: Uint8Array<ArrayBuffer>; get(name: string): string | undefined },
      res: ExpressResponse,
    ) => Promise<void>,
  ): void;
}
export declare const organizationId: string;
