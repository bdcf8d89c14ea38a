import {
  type ArgumentsHost,
  type CanActivate,
  Catch,
  type ExecutionContext,
  UseGuards,
} from '@nestjs/common';
import { BaseExceptionFilter } from '@nestjs/core';
import { createGuardCheck, type Guard, nodeRequest } from '@tenantry/core/adapter';
import { tenantErrors } from '@tenantry/core/express';

/** Guards of Tenantry on a controller or a handler: `@Requires(rbac.requires('projects:create'))`. */
export function Requires(...guards: readonly Guard[]): ClassDecorator & MethodDecorator {
  const check = createGuardCheck(guards);
  const activating: CanActivate = {
    async canActivate(context: ExecutionContext) {
      const http = context.switchToHttp();
      const headers = await check(nodeRequest(http.getRequest()));
      for (const [name, value] of Object.entries(headers))
        http.getResponse().setHeader(name, value);
      return true;
    },
  };
  return UseGuards(activating);
}

const answer = tenantErrors();

/** Ends the scope of a failed request; sends errors of Tenantry as problem+json, others as Nest does. */
@Catch()
export class TenantErrors extends BaseExceptionFilter {
  override catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    answer(error, http.getRequest(), http.getResponse(), (other) => super.catch(other, host));
  }
}
