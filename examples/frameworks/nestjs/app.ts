import 'reflect-metadata';
import {
  Body,
  Controller,
  Get,
  type MiddlewareConsumer,
  Module,
  type NestModule,
  Post,
} from '@nestjs/common';
import { APP_FILTER, NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { TenantPool } from '@tenantry/core';
import type { Guard } from '@tenantry/core/adapter';
import { type TenantMiddlewareOptions, tenantMiddleware, webhook } from '@tenantry/core/express';
import { Requires, TenantErrors } from './tenant.ts';

/** What the application is made of. */
export interface Parts {
  readonly pool: TenantPool;
  readonly options: TenantMiddlewareOptions;
  readonly mayCreate: Guard;
  readonly stripe: (request: Request) => Promise<Response>;
}

export async function createApp(parts: Parts): Promise<NestExpressApplication> {
  const { pool, options, mayCreate, stripe } = parts;

  @Controller('projects')
  class Projects {
    @Get()
    async list() {
      const { rows } = await pool.query('select name from projects order by name');
      return rows.map(({ name }) => name);
    }

    @Post()
    @Requires(mayCreate)
    async create(@Body() body: { readonly name: string }) {
      await pool.query('insert into projects (name) values ($1)', [body.name]);
      return { created: body.name };
    }

    @Get('forgets')
    forgets() {
      pool.query('select pg_sleep(60)').catch(() => {});
      return 'done';
    }

    @Get('fails')
    fails(): never {
      throw new Error('of the application');
    }
  }

  @Module({
    controllers: [Projects],
    providers: [{ provide: APP_FILTER, useClass: TenantErrors }],
  })
  class App implements NestModule {
    configure(consumer: MiddlewareConsumer) {
      // middleware, not an interceptor: guards run before interceptors, and would have no scope
      consumer.apply(tenantMiddleware(pool, options)).forRoutes('*path');
    }
  }

  // rawBody keeps the bytes that the signature of a webhook covers
  const app = await NestFactory.create<NestExpressApplication>(App, {
    rawBody: true,
    logger: false,
  });
  app.use('/webhooks/stripe', webhook(stripe));
  return app;
}
