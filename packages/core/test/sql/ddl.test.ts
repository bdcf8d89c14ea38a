import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ddl, join, literal, name } from '../../src/sql/index.ts';

describe('ddl', () => {
  it('takes off the indentation of the code around it', () => {
    const { sql } = ddl`
      select 1
        from t;
    `;
    expect(sql).toBe('select 1\n  from t;');
  });

  it('takes one line as it is', () => {
    expect(ddl`a${ddl` and b`}`.sql).toBe('a and b');
  });

  it('indents a piece of several lines as the line that it stands in', () => {
    const inner = ddl`
      if true then
        return;
      end if;`;
    const { sql } = ddl`
      begin
        ${inner}
      end`;
    expect(sql).toBe('begin\n  if true then\n    return;\n  end if;\nend');
  });

  it('leaves out a line of nothing but empty pieces, and keeps an empty one that was written', () => {
    const { sql } = ddl`
      a
      ${ddl``}

      ${ddl``}${ddl``}
      b`;
    expect(sql).toBe('a\n\nb');
  });

  it('never indents the inside of a literal', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('a', "'", '\\', '\n', '\r', ' ', '\t') }),
        (value) => {
          const plain = literal(value).sql;
          expect(
            ddl`
            begin
              ${ddl`
                x
                ${literal(value)}`}
            end`.sql,
          ).toContain(plain);
          expect(plain).not.toMatch(/[\n\r]/);
        },
      ),
    );
  });

  it('never indents what stands in quotes of a piece, which may be of users', () => {
    const quoted = [`'a\nb'`, `"c\nd"`, `$x$e\n  f$x$`, `E'g\\'\nh'`, `'i''\nj'`, `/* k\nl */`];
    for (const text of quoted) {
      const { sql } = ddl`
        begin
          ${{ sql: `x = ${text}\nand y` }}
        end`;
      expect(sql).toBe(`begin\n  x = ${text}\n  and y\nend`);
    }
  });

  it('indents the body of a function of ours, but not the literals in it', () => {
    const body = { sql: `as $tenantry$\nbegin\n  x := 'a\nb';\nend\n$tenantry$;` };
    const { sql } = ddl`
      do
        ${body}`;
    expect(sql).toBe(`do\n  as $tenantry$\n  begin\n    x := 'a\nb';\n  end\n  $tenantry$;`);
  });

  it('does not take a piece for a pattern of String.replace', () => {
    expect(ddl`as ${{ sql: '$&$1$$' }}`.sql).toBe('as $&$1$$');
    expect(join([name('a$&'), literal('$1')]).sql).toBe(`"a$&", '$1'`);
  });
});
