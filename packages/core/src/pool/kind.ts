import { firstKeyword } from '../lexer/keyword.ts';
import { tokensOf } from '../lexer/tokens.ts';
import { defaultSchema } from '../sql/text-in-schema.ts';
import { dataKeywords, type Refusal, refusalOf } from './allowed.ts';
import type { Reach } from './residue.ts';

/** The properties of a statement that its text shows. */
export interface StatementKind {
  readonly keyword: string;
  readonly refusal: Refusal | undefined;
  readonly reach: Reach;
}

/** Texts repeat, so results are cached: at most so many texts of at most so many characters. */
const mostKept = 1000;
const longestKept = 8192;
const keptBySchema = new Map<string, Map<string, StatementKind>>();

/**
 * Analyses a text and caches the result.
 * @param ours the schema of the tenancy, whose functions leave nothing behind
 */
export function kindOf(sql: string, ours: string = defaultSchema): StatementKind {
  let kept = keptBySchema.get(ours);
  if (kept === undefined) {
    kept = new Map();
    keptBySchema.set(ours, kept);
  }
  let kind = kept.get(sql);
  if (kind === undefined) {
    const keyword = firstKeyword(sql);
    const long = sql.length > longestKept;
    kind = {
      keyword,
      refusal: refusalOf(keyword, sql),
      reach: long ? 'calls' : reachOf(keyword, sql, ours),
    };
    if (!long) {
      if (kept.size >= mostKept) kept.clear();
      kept.set(sql, kind);
    }
  }
  return kind;
}

/** Statements that end with the transaction and read nothing that an earlier scope has left. */
const control = /^(?:begin|start|commit|end|rollback|abort|savepoint|release|set|show|)$/;
const writing = new Set(['insert', 'update', 'delete', 'merge']);

function reachOf(keyword: string, sql: string, ours: string): Reach {
  if (control.test(keyword)) return 'reads';
  if (keyword !== 'explain' && !dataKeywords.has(keyword)) return 'calls';
  const tokens = tokensOf(sql);
  if (
    tokens.some((token, i) => isSystem(token) || (token === '(' && isUnknownCall(tokens, i, ours)))
  )
    return 'calls';
  return tokens.some((token) => writing.has(token)) ? 'writes' : 'reads';
}

/** A name of the system catalogue; `update pg_settings …` works like SET. */
const isSystem = (token: string) => /^(?:u&"|"?pg_)/i.test(token) && token !== 'pg_catalog';

/** Whether the parenthesis at `at` opens the arguments of an unknown function. */
function isUnknownCall(tokens: readonly string[], at: number, ours: string): boolean {
  const name = tokens[at - 1] ?? '';
  if (!/^[a-z_"\x80-\uffff]/.test(name) || beforeParenthesis.has(name)) return false;
  let start = at - 1;
  while (tokens[start - 1] === '.') start -= 2;
  const before = tokens[start - 1] ?? '';
  // the columns of a table, of a common table expression, of an alias
  if (before === 'into' || before === 'as' || before === 'with' || before === 'recursive')
    return false;
  const schema = start < at - 1 ? unquoted(tokens[start]) : 'pg_catalog';
  if (schema === ours) return false;
  return schema !== 'pg_catalog' || !harmless.has(unquoted(name));
}

const unquoted = (name = '') => (name.startsWith('"') ? name.slice(1, -1) : name);

const words = (text: string): ReadonlySet<string> => new Set(text.split(/\s+/));

/** Words that can precede a parenthesis without being a function call. */
const beforeParenthesis = words(
  `all and any array as asc between bit by case char character conflict cross cube decimal default desc
   distinct else end except exists filter float from full group having ilike in inner intersect into is
   join key lateral left like limit materialized not nothing null numeric of offset on only or order outer
   over partition precision right rollup row select set sets similar some then time timestamp timestamptz
   union update using values varchar varying when where window with within`,
);

/** Functions of PostgreSQL that neither leave state on a connection nor read state that was left there. */
const harmless = words(
  `abs age array_agg array_append array_cat array_length array_position array_remove array_to_json
   array_to_string avg bit_and bit_or bool_and bool_or btrim cardinality cast ceil ceiling char_length
   coalesce concat concat_ws convert_from convert_to count cume_dist current_date current_timestamp
   current_setting date date_bin date_part date_trunc decode dense_rank div encode every exp extract
   first_value floor format gen_random_uuid generate_series generate_subscripts get_byte greatest initcap
   isfinite json_agg json_array_elements json_array_elements_text json_array_length json_build_array
   json_build_object json_each json_each_text json_object json_object_agg json_object_keys
   json_populate_record json_populate_recordset json_strip_nulls json_to_record json_to_recordset
   json_typeof jsonb_agg jsonb_array_elements jsonb_array_elements_text jsonb_array_length
   jsonb_build_array jsonb_build_object jsonb_each jsonb_each_text jsonb_insert jsonb_object
   jsonb_object_agg jsonb_object_keys jsonb_path_exists jsonb_path_match jsonb_path_query
   jsonb_path_query_array jsonb_path_query_first jsonb_populate_record jsonb_populate_recordset
   jsonb_pretty jsonb_set jsonb_strip_nulls jsonb_to_record jsonb_to_recordset jsonb_typeof
   justify_days justify_hours justify_interval lag last_value lead least length ln localtime
   localtimestamp log lower lower_inc lower_inf lpad ltrim make_date make_interval make_time
   make_timestamp make_timestamptz max md5 min mod mode now nth_value ntile nullif num_nonnulls num_nulls
   numrange int4range int8range daterange tsrange tstzrange octet_length overlay percent_rank
   percentile_cont percentile_disc phraseto_tsquery plainto_tsquery position power quote_ident
   quote_literal random range_merge rank regexp_count regexp_instr regexp_like regexp_match
   regexp_matches regexp_replace regexp_split_to_array regexp_split_to_table regexp_substr repeat
   replace reverse round row_number row_to_json rpad rtrim setweight sha256 sign similarity split_part
   sqrt starts_with statement_timestamp stddev string_agg string_to_array string_to_table strip strpos
   substr substring sum timezone to_char to_date to_hex to_json to_jsonb to_number to_timestamp
   to_tsquery to_tsvector translate trim trim_array trunc ts_headline ts_rank ts_rank_cd unistr unnest
   upper upper_inc upper_inf uuidv4 uuidv7 var_pop var_samp variance websearch_to_tsquery width_bucket
   word_similarity xmlagg`,
);
