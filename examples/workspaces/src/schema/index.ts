export * from './content.ts';
export * from './diagram.ts';
export * from './features.ts';
export * from './people.ts';
