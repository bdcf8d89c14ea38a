export { defineConfig, type TenantryConfig } from './config/define-config.ts';
