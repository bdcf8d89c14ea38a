/** A variable of the environment that the application cannot run without. */
export function required(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === '') throw new Error(`${name} is not set; see .env.example.`);
  return value;
}

/** A variable that names several things, between commas; none when it is not set. */
export const list = (name: string): string[] =>
  (process.env[name] ?? '')
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '');
