interface Props {
  readonly label: string;
  readonly name: string;
  readonly rows: readonly { readonly id: string; readonly name: string }[];
}

/** A row that may be linked, or none. */
export function Choice({ label, name, rows }: Props) {
  return (
    <label>
      {label}
      <select name={name}>
        <option value="">None</option>
        {rows.map((row) => (
          <option key={row.id} value={row.id}>
            {row.name}
          </option>
        ))}
      </select>
    </label>
  );
}
