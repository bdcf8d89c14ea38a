/** What a code means: its HTTP status, one sentence on what went wrong, and the usual fix. */
export interface ErrorEntry {
  readonly status: number;
  readonly title: string;
  readonly fix: string;
}

export const entry = (status: number, title: string, fix: string): ErrorEntry => ({
  status,
  title,
  fix,
});
