import { ddl, isoTime, type SqlFunction } from '@tenantry/core/sql';
import { systemFunction } from './functions.ts';
import type { Model } from './model.ts';

/**
 * `tenantry.limit_refuse(…)`: raises the error of a statement that would exceed a limit, with the data
 * for an upgrade page. When waiting helps, it is a 429 with the headers of
 * draft-ietf-httpapi-ratelimit-headers-10 and Retry-After (RFC 9110).
 */
export function refuseFunction(model: Model): SqlFunction {
  const status = { sql: String(model.status) };
  return systemFunction(
    model,
    ddl`
      limit_refuse(
        feature text,
        plan text,
        granted boolean,
        read_only boolean,
        used bigint,
        lim bigint,
        requested bigint,
        period_start timestamptz,
        period_end timestamptz
      ) returns void
    `,
    ddl`
      declare
        detail jsonb := jsonb_build_object('feature', feature, 'used', used, 'limit', lim, 'requested', requested,
          'plan', plan, 'resetsAt', ${isoTime(ddl`period_end`)});
        seconds bigint := case when isfinite(period_end) then ceil(extract(epoch from period_end - clock_timestamp())) end;
      begin
        if read_only then
          raise exception 'PLAN_READ_ONLY: % on plan %', feature, plan using errcode = 'TN001', detail = detail::text;
        end if;
        if lim = 0 and not granted then
          raise exception 'FEATURE_NOT_IN_PLAN: % on plan %', feature, plan using errcode = 'TN001',
            detail = (detail || '{"status": ${status}}')::text;
        end if;
        if seconds is not null then
          detail := detail || jsonb_build_object('headers', jsonb_build_object(
            'ratelimit', format('"%s";r=%s;t=%s', feature, greatest(lim - used, 0), greatest(seconds, 1)),
            'ratelimit-policy', format('"%s";q=%s;w=%s', feature, lim, extract(epoch from period_end - period_start)::bigint)));
          -- more than the whole limit is refused in the next period too
          if requested <= lim then
            detail := jsonb_set(detail, '{headers,retry-after}', to_jsonb(greatest(seconds, 1)::text));
          end if;
        end if;
        raise exception 'LIMIT_REACHED: % more with % of % % used on plan %', requested, used, lim, feature, plan
          using errcode = 'TN001', detail = (detail || jsonb_build_object('status',
            case when seconds is null then ${status} else 429 end))::text;
      end`,
  );
}
