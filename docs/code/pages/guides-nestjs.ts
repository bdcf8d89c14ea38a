import type { ExceptionFilter } from '@nestjs/common';

export declare class Projects {}
export declare class TenantErrors implements ExceptionFilter {
  catch(error: unknown): void;
}
export declare const options: import('@tenantry/core/express').TenantMiddlewareOptions;
