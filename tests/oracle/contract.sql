-- The feature math contract, written once more in SQL, to be laid beside the product's output.
--
-- It takes from its driver (oracle.py):
--   variables  from_us, as_of_us, lookback_us, log_start_us          UTC microseconds
--   views      in_messages(ts, sender, recipient, msg_id, chat, kind, size, content, typing_ms, knows, status)
--              in_accounts(account, registered_at, kind), in_registrations(ts, account),
--              in_group_events(ts, actor, grp, kind), in_feedback(ts, reported, kind)
-- and leaves the table `features`: one row per account, one column per entry of the contract.
-- All times are integers (microseconds), so that "exactly 15 s" is a comparison of integers.
--
-- Where the contract can be read in two ways, the reading taken here is marked READING.

CREATE TEMP MACRO in_window(t) AS t >= getvariable('from_us') AND t < getvariable('as_of_us');

---------------------------------------------------------------------------------------------------- the log

-- Cut and removal come before de-duplication: a row outside the log, or of a channel, does not exist at all,
-- and so must not lend its earlier time or its higher status to a copy that does.
CREATE TEMP TABLE log_rows AS
SELECT ts, sender, recipient, msg_id, chat, size, content, typing_ms, knows,
       CASE status WHEN 'attempted' THEN 0 WHEN 'failed' THEN 1 WHEN 'sent' THEN 2
                   WHEN 'delivered' THEN 3 WHEN 'read' THEN 4 END AS status_rank
FROM in_messages
WHERE ts >= getvariable('from_us') - getvariable('lookback_us')
  AND ts < getvariable('as_of_us')
  AND chat IS DISTINCT FROM 'channel'
  AND kind IS DISTINCT FROM 'reaction';

-- READING: the smallest non-null `chat` is taken over the copies as written, and only then null = direct.
CREATE TEMP TABLE deduplicated AS
SELECT sender, recipient, msg_id, min(ts) AS ts, coalesce(min(chat), 'direct') AS chat,
       min(size) AS size, min(content) AS content, min(typing_ms) AS typing_ms,
       bool_or(knows) AS knows, max(status_rank) AS status_rank
FROM log_rows
WHERE msg_id IS NOT NULL
GROUP BY sender, recipient, msg_id
UNION ALL BY NAME
SELECT sender, recipient, msg_id, ts, coalesce(chat, 'direct') AS chat,
       size, content, typing_ms, knows, status_rank
FROM log_rows
WHERE msg_id IS NULL;

DROP TABLE log_rows;

-- Every event, with the time, size and content of the action it belongs to. Exactly one event of each action
-- is its head, so the actions are the heads. Only list events fold; null msg_ids of one partition share one ts.
-- READING: content is one per action, so every contact of a list send carries the action's content.
CREATE TEMP TABLE events AS
SELECT *, ts AS action_ts, size AS action_size, content AS action_content, true AS is_head
FROM deduplicated
WHERE chat <> 'list'
UNION ALL BY NAME
SELECT *, min(ts) OVER action AS action_ts, min(size) OVER action AS action_size,
       min(content) OVER action AS action_content, row_number() OVER action = 1 AS is_head
FROM deduplicated
WHERE chat = 'list'
WINDOW action AS (PARTITION BY sender, msg_id, CASE WHEN msg_id IS NULL THEN ts END);

DROP TABLE deduplicated;

CREATE TEMP TABLE actions AS
SELECT sender AS account, action_ts AS ts, chat, action_size AS size, action_content AS content, typing_ms
FROM events
WHERE is_head AND in_window(action_ts);

CREATE TEMP TABLE contacts AS
SELECT ts, sender, recipient, knows, status_rank, action_content AS content
FROM events
WHERE chat IN ('direct', 'list') AND sender <> recipient AND (status_rank IS NULL OR status_rank >= 2);

CREATE TEMP TABLE group_posts AS
SELECT ts, sender, recipient AS grp, content
FROM events
WHERE chat IN ('group', 'community') AND in_window(ts);

---------------------------------------------------------------------------------------------------- population

-- Registration times: the accounts table holds one, the registrations table may hold more.
-- READING: the log's lower bound is for messages; an account registered years ago keeps its age.
CREATE TEMP TABLE registered AS
SELECT account, registered_at AS ts FROM in_accounts WHERE registered_at < getvariable('as_of_us')
UNION
SELECT account, ts FROM in_registrations WHERE ts < getvariable('as_of_us');

-- READING: "acted in the window" = has an action in the window.
CREATE TEMP TABLE population AS
SELECT account FROM actions
UNION
SELECT account FROM registered WHERE in_window(ts)
UNION
SELECT actor FROM in_group_events WHERE in_window(ts)
UNION
SELECT reported FROM in_feedback WHERE in_window(ts) AND kind IN ('report', 'block');

---------------------------------------------------------------------------------------------------- counts and rates

CREATE TEMP TABLE event_counts AS
SELECT sender AS account, count(*) AS events_n
FROM events
WHERE in_window(ts)
GROUP BY sender;

CREATE TEMP TABLE action_counts AS
SELECT account, count(*) AS actions_n, count(size) AS size_n, count(content) AS content_n,
       count(*) FILTER (chat = 'direct' AND typing_ms IS NOT NULL) AS typing_n,
       count(*) FILTER (chat = 'direct' AND typing_ms = 0) AS typing_zero_n
FROM actions
GROUP BY account;

-- Closed windows that begin at each action: RANGE counts rows of an equal ts on both ends.
CREATE TEMP TABLE rates AS
WITH counted AS (
    SELECT account, count(*) OVER w15s AS n15s, count(*) OVER w60s AS n60s,
           count(*) OVER w1h AS n1h, count(*) OVER w24h AS n24h
    FROM actions
    WINDOW w15s AS (PARTITION BY account ORDER BY ts RANGE BETWEEN CURRENT ROW AND 15000000 FOLLOWING),
           w60s AS (PARTITION BY account ORDER BY ts RANGE BETWEEN CURRENT ROW AND 60000000 FOLLOWING),
           w1h AS (PARTITION BY account ORDER BY ts RANGE BETWEEN CURRENT ROW AND 3600000000 FOLLOWING),
           w24h AS (PARTITION BY account ORDER BY ts RANGE BETWEEN CURRENT ROW AND 86400000000 FOLLOWING))
SELECT account, max(n15s) AS rate_max_15s, max(n60s) AS rate_max_60s,
       max(n1h) AS rate_max_1h, max(n24h) AS rate_max_24h
FROM counted
GROUP BY account;

-- Distinct targets in a moving closed 24 h, by a sweep: a visit to a target is the first one of the window
-- [t, t + 24 h] for every start t in (previous visit to that target, ts] that reaches it, so each visit is
-- an interval of starts, and the answer is the largest number of intervals over one point.
CREATE TEMP TABLE reach AS
WITH visits AS (
    SELECT DISTINCT sender AS account, 'person' AS what, recipient AS target, ts FROM contacts WHERE in_window(ts)
    UNION ALL
    SELECT DISTINCT sender, 'group', grp, ts FROM group_posts),
spans AS (
    SELECT account, what, ts AS last_start,
           greatest(ts - 86400000000,
                    coalesce(lag(ts) OVER (PARTITION BY account, what, target ORDER BY ts) + 1,
                             ts - 86400000000)) AS first_start
    FROM visits),
steps AS (
    SELECT account, what, first_start AS t, 1 AS step FROM spans
    UNION ALL
    SELECT account, what, last_start + 1, -1 FROM spans),
levels AS (
    SELECT account, what, sum(step) OVER (PARTITION BY account, what ORDER BY t RANGE UNBOUNDED PRECEDING) AS n
    FROM steps)
SELECT account, max(n) FILTER (what = 'person') AS recipients_max_24h,
       max(n) FILTER (what = 'group') AS groups_max_24h
FROM levels
GROUP BY account;

CREATE TEMP TABLE sent AS
SELECT sender AS account, count(*) AS direct_events_n, count(DISTINCT recipient) AS direct_recipients_n
FROM contacts
WHERE in_window(ts)
GROUP BY sender;

CREATE TEMP TABLE received AS
SELECT recipient AS account, count(*) AS received_n, count(DISTINCT sender) AS received_senders_n
FROM contacts
WHERE in_window(ts)
GROUP BY recipient;

CREATE TEMP TABLE posted AS
SELECT sender AS account, count(DISTINCT grp) AS groups_n
FROM group_posts
GROUP BY sender;

---------------------------------------------------------------------------------------------------- pairs

-- One row per sender s and recipient r with a contact in the window, at t0 = the first of these contacts.
CREATE TEMP TABLE pairs AS
WITH first_contacts AS (
    SELECT sender AS s, recipient AS r, min(ts) AS t0
    FROM contacts
    WHERE in_window(ts)
    GROUP BY s, r),
outbound AS (
    SELECT s, r, t0, bool_or(c.knows) FILTER (c.ts = t0) AS knows,
           count(*) FILTER (c.ts >= t0 - getvariable('lookback_us') AND c.ts < t0) > 0 AS recent,
           coalesce(max(c.status_rank), 0) >= 3 AS arrived
    FROM first_contacts JOIN contacts c ON c.sender = s AND c.recipient = r
    GROUP BY s, r, t0),
inbound AS (
    SELECT s, r, count(*) FILTER (c.ts >= t0 - getvariable('lookback_us') AND c.ts < t0) > 0 AS recent,
           count(*) FILTER (c.ts < t0) > 0 AS ever, min(c.ts) FILTER (c.ts > t0) AS reply_ts
    FROM first_contacts JOIN contacts c ON c.sender = r AND c.recipient = s
    GROUP BY s, r)
SELECT o.s AS account, o.r AS recipient, o.t0, o.knows, o.arrived, i.reply_ts,
       NOT (o.recent OR coalesce(i.recent, false)) AS is_new,
       coalesce(i.ever, false) AS wrote_before
FROM outbound o LEFT JOIN inbound i ON i.s = o.s AND i.r = o.r;

-- A horizon has elapsed when the whole closed window (t0, t0 + h] is visible, that is before as_of.
CREATE TEMP TABLE outreach AS
WITH elapsed AS (
    SELECT *, t0 + 3600000000 < getvariable('as_of_us') AS after_1h,
           t0 + 21600000000 < getvariable('as_of_us') AS after_6h,
           t0 + 86400000000 < getvariable('as_of_us') AS after_24h,
           t0 + 259200000000 < getvariable('as_of_us') AS after_72h,
           reply_ts - t0 AS delay
    FROM pairs)
SELECT account,
       count(*) FILTER (is_new) AS new_recipients_n,
       count(*) FILTER (is_new AND t0 - getvariable('lookback_us') < getvariable('log_start_us')) AS new_censored_n,
       count(knows) AS rks_known_n,
       count(*) FILTER (is_new AND NOT knows AND NOT wrote_before) AS strangers_n,
       count(*) FILTER (after_72h) AS reply_eligible_n,
       count(*) FILTER (after_72h AND delay <= 259200000000) AS replied_n,
       count(*) FILTER (after_1h) AS reply_eligible_n_1h,
       count(*) FILTER (after_1h AND delay <= 3600000000) AS replied_n_1h,
       count(*) FILTER (after_6h) AS reply_eligible_n_6h,
       count(*) FILTER (after_6h AND delay <= 21600000000) AS replied_n_6h,
       count(*) FILTER (after_24h) AS reply_eligible_n_24h,
       count(*) FILTER (after_24h AND delay <= 86400000000) AS replied_n_24h,
       count(*) FILTER (is_new AND after_72h) AS new_eligible_n,
       count(*) FILTER (is_new AND after_72h AND reply_ts IS NULL) AS new_unanswered_n,
       count(*) FILTER (is_new AND after_72h AND NOT arrived) AS new_never_arrived_n
FROM elapsed
GROUP BY account;

CREATE TEMP TABLE newness AS
WITH counted AS (
    SELECT account, count(*) OVER (PARTITION BY account ORDER BY t0
                                   RANGE BETWEEN CURRENT ROW AND 86400000000 FOLLOWING) AS n
    FROM pairs
    WHERE is_new)
SELECT account, max(n) AS new_recipients_max_24h
FROM counted
GROUP BY account;

---------------------------------------------------------------------------------------------------- gaps

CREATE TEMP TABLE gaps AS
WITH paired AS (
    SELECT account, ts - lag(ts) OVER (PARTITION BY account ORDER BY ts) AS gap
    FROM actions)
SELECT account, gap, gap // 1000000 AS seconds
FROM paired
WHERE gap IS NOT NULL;

-- Two passes for the variance, as the contract asks: the mean first, then the squares about it.
CREATE TEMP TABLE gap_moments AS
WITH means AS (
    SELECT account, count(*) AS n, avg(gap) AS mean, median(gap) AS middle FROM gaps GROUP BY account)
SELECT account, any_value(n) AS iat_n, any_value(middle) / 1e6 AS iat_median_s, any_value(mean) / 1e6 AS iat_mean_s,
       sqrt(sum((gap - mean) * (gap - mean)) / any_value(n)) / 1e6 AS sd_s
FROM gaps JOIN means USING (account)
GROUP BY account;

CREATE TEMP TABLE gap_entropy AS
WITH bins AS (
    SELECT account, CASE WHEN seconds = 0 THEN 0 ELSE floor(log2(seconds)) + 1 END AS bin, count(*) AS n
    FROM gaps
    GROUP BY account, bin),
shares AS (
    SELECT account, n / sum(n) OVER (PARTITION BY account) AS p FROM bins)
SELECT account, -sum(p * log2(p)) AS iat_entropy_bits
FROM shares
GROUP BY account;

CREATE TEMP TABLE gap_mode AS
WITH counted AS (
    SELECT account, seconds, count(*) AS n FROM gaps GROUP BY account, seconds)
SELECT account, max(n) / sum(n) AS iat_mode_share
FROM counted
GROUP BY account;

---------------------------------------------------------------------------------------------------- sizes, hours, content

CREATE TEMP TABLE size_moments AS
WITH means AS (
    SELECT account, avg(size) AS mean FROM actions WHERE size IS NOT NULL GROUP BY account)
SELECT account, any_value(mean) AS mean, sqrt(sum((size - mean) * (size - mean)) / count(*)) AS sd
FROM actions JOIN means USING (account)
WHERE size IS NOT NULL
GROUP BY account;

-- An hour lies in the six circular runs that begin at it or up to five hours before; a run that no hour of
-- the account lies in is empty, and then the smallest share is 0.
CREATE TEMP TABLE hours AS
WITH hourly AS (
    SELECT account, ts // 3600000000 % 24 AS hour, count(*) AS n FROM actions GROUP BY account, hour),
runs AS (
    SELECT account, (hour - back + 24) % 24 AS run_start, sum(n) AS n
    FROM hourly CROSS JOIN range(6) AS r(back)
    GROUP BY account, run_start)
SELECT account, CASE WHEN count(*) < 24 THEN 0 ELSE min(n) END AS least_n
FROM runs
GROUP BY account;

CREATE TEMP TABLE content_top AS
WITH clusters AS (
    SELECT account, content, count(*) AS n FROM actions WHERE content IS NOT NULL GROUP BY account, content),
reached AS (
    SELECT sender AS account, content, count(DISTINCT recipient) AS recipients
    FROM contacts
    WHERE in_window(ts) AND content IS NOT NULL
    GROUP BY account, content),
ranked AS (
    SELECT account, n, coalesce(recipients, 0) AS recipients, max(n) OVER (PARTITION BY account) AS top
    FROM clusters LEFT JOIN reached USING (account, content))
SELECT account, max(top) AS content_top_n, max(recipients) FILTER (n = top) AS content_top_recipients_n
FROM ranked
GROUP BY account;

-- READING: "distinct groups reached by one content" = the largest such number over the account's contents.
CREATE TEMP TABLE content_groups AS
WITH reached AS (
    SELECT sender AS account, content, count(DISTINCT grp) AS n
    FROM group_posts
    WHERE content IS NOT NULL
    GROUP BY account, content)
SELECT account, max(n) AS content_top_groups_n
FROM reached
GROUP BY account;

---------------------------------------------------------------------------------------------------- registration, joins

CREATE TEMP TABLE burst_ages AS
WITH bursts AS (
    SELECT account, ts, lead(ts, 99) OVER (PARTITION BY account ORDER BY ts) AS hundredth FROM actions),
ages AS (
    SELECT b.account, b.ts - max(r.ts) AS age
    FROM bursts b JOIN registered r ON r.account = b.account AND r.ts <= b.ts
    WHERE b.hundredth - b.ts <= 15000000
    GROUP BY b.account, b.ts)
SELECT account, min(age) / 1e6 AS burst100_15s_min_age_s
FROM ages
WHERE account NOT IN (SELECT account FROM in_accounts WHERE kind = 'business_api')
GROUP BY account;

-- READING: the post lies in the window; the join may precede `from`, but not by more than the ten minutes.
CREATE TEMP TABLE joins AS
SELECT p.sender AS account, count(DISTINCT p.grp) AS join_post_10min_n
FROM group_posts p JOIN in_group_events g ON g.actor = p.sender AND g.grp = p.grp
WHERE g.kind = 'join_link' AND p.ts >= g.ts AND p.ts - g.ts <= 600000000
GROUP BY p.sender;

---------------------------------------------------------------------------------------------------- the table

-- Counts are 0 when empty; a share over nothing is null (x / 0 would be an infinity or NaN, so NULLIF).
CREATE TEMP TABLE features AS
SELECT account,
       coalesce(actions_n, 0) AS actions_n,
       coalesce(events_n, 0) AS events_n,
       coalesce(direct_events_n, 0) AS direct_events_n,
       coalesce(direct_recipients_n, 0) AS direct_recipients_n,
       coalesce(rate_max_15s, 0) AS rate_max_15s,
       coalesce(rate_max_60s, 0) AS rate_max_60s,
       coalesce(rate_max_1h, 0) AS rate_max_1h,
       coalesce(rate_max_24h, 0) AS rate_max_24h,
       CAST(coalesce(recipients_max_24h, 0) AS BIGINT) AS recipients_max_24h,
       coalesce(new_recipients_n, 0) AS new_recipients_n,
       coalesce(new_censored_n, 0) AS new_censored_n,
       coalesce(new_recipients_max_24h, 0) AS new_recipients_max_24h,
       coalesce(rks_known_n, 0) AS rks_known_n,
       CASE WHEN rks_known_n > 0 THEN strangers_n END AS strangers_n,
       strangers_n / nullif(rks_known_n, 0) AS strangers_share,
       coalesce(reply_eligible_n, 0) AS reply_eligible_n,
       coalesce(replied_n, 0) AS replied_n,
       replied_n / nullif(reply_eligible_n, 0) AS replied_share,
       coalesce(new_eligible_n, 0) AS new_eligible_n,
       coalesce(new_unanswered_n, 0) AS new_unanswered_n,
       coalesce(iat_n, 0) AS iat_n,
       iat_median_s,
       iat_mean_s,
       CASE WHEN iat_n >= 2 THEN sd_s END AS iat_sd_s,
       CASE WHEN iat_n >= 2 THEN sd_s / nullif(iat_mean_s, 0) END AS iat_cv,
       iat_entropy_bits,
       iat_mode_share,
       coalesce(size_n, 0) AS size_n,
       CASE WHEN size_n >= 2 THEN size_moments.sd / nullif(size_moments.mean, 0) END AS size_cv,
       least_n / nullif(actions_n, 0) AS hours6_min_share,
       coalesce(content_n, 0) AS content_n,
       coalesce(content_top_n, 0) AS content_top_n,
       content_top_n / nullif(content_n, 0) AS content_top_share,
       coalesce(content_top_recipients_n, 0) AS content_top_recipients_n,
       coalesce(received_n, 0) AS received_n,
       coalesce(received_senders_n, 0) AS received_senders_n,
       coalesce(received_n, 0) / nullif(direct_events_n, 0) AS in_out_ratio,
       coalesce(typing_n, 0) AS typing_n,
       typing_zero_n / nullif(typing_n, 0) AS typing_zero_share,
       burst100_15s_min_age_s,
       coalesce(groups_n, 0) AS groups_n,
       CAST(coalesce(groups_max_24h, 0) AS BIGINT) AS groups_max_24h,
       coalesce(content_top_groups_n, 0) AS content_top_groups_n,
       coalesce(join_post_10min_n, 0) AS join_post_10min_n,
       coalesce(reply_eligible_n_1h, 0) AS reply_eligible_n_1h,
       replied_n_1h / nullif(reply_eligible_n_1h, 0) AS replied_share_1h,
       coalesce(reply_eligible_n_6h, 0) AS reply_eligible_n_6h,
       replied_n_6h / nullif(reply_eligible_n_6h, 0) AS replied_share_6h,
       coalesce(reply_eligible_n_24h, 0) AS reply_eligible_n_24h,
       replied_n_24h / nullif(reply_eligible_n_24h, 0) AS replied_share_24h,
       CASE WHEN (SELECT max(status_rank) FROM events) >= 3
            THEN new_never_arrived_n / nullif(new_eligible_n, 0) END AS M15
FROM population
LEFT JOIN event_counts USING (account)
LEFT JOIN action_counts USING (account)
LEFT JOIN rates USING (account)
LEFT JOIN reach USING (account)
LEFT JOIN sent USING (account)
LEFT JOIN received USING (account)
LEFT JOIN posted USING (account)
LEFT JOIN outreach USING (account)
LEFT JOIN newness USING (account)
LEFT JOIN gap_moments USING (account)
LEFT JOIN gap_entropy USING (account)
LEFT JOIN gap_mode USING (account)
LEFT JOIN size_moments USING (account)
LEFT JOIN hours USING (account)
LEFT JOIN content_top USING (account)
LEFT JOIN content_groups USING (account)
LEFT JOIN burst_ages USING (account)
LEFT JOIN joins USING (account);
