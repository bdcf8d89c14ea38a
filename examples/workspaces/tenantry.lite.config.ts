import { defineConfig } from 'tenantry';
import config from './tenantry.config.ts';

export default defineConfig({ ...config, drizzle: './drizzle.lite.config.ts' });
