/** A setting that the application cannot do without. */
export function required(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === '') throw new Error(`Set ${name}; .env.example lists all.`);
  return value;
}

/** The two connection strings of the application. */
export const databaseUrls = () => ({
  url: required('DATABASE_URL'),
  systemUrl: required('SYSTEM_DATABASE_URL'),
});
