import type { ExpressRequest, TenantMiddlewareOptions } from '@tenantry/core/express';
import express, { type RequestHandler, type Router } from 'express';

declare module 'express-session' {
  interface SessionData {
    readonly userId: string;
  }
}

export { default as compression } from 'compression';
export { default as cors } from 'cors';
export { default as session } from 'express-session';
export { default as helmet } from 'helmet';
export { express };
export const app = express();
export declare const sessionOptions: import('express-session').SessionOptions;
export declare const createProject: RequestHandler;
export declare const orgs: Router;
export declare const user: (request: ExpressRequest) => string;
export declare const options: TenantMiddlewareOptions;
export declare function remember(row: unknown): Promise<void>;
