export * from './assets.ts';
export * from './clients.ts';
export * from './features.ts';
export * from './finance.ts';
export * from './people.ts';
export * from './tasks.ts';
export * from './vault.ts';
