export * from './organizations.ts';
export * from './people.ts';
export * from './roles.ts';
export * from './sign-in.ts';
export * from './work.ts';
